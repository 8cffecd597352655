"""The few bytes of msgpack that are written by hand, around what others have packed."""

from __future__ import annotations

import threading
from typing import Any

import msgpack


class _Local(threading.local):
    def __init__(self) -> None:
        # A packer is not safe to share between threads, and dear to make.
        self.pack = msgpack.Packer(use_bin_type=True).pack


_local = _Local()


def pack_value(value: Any) -> bytes:
    """Return a plain value as msgpack; raises ValueError, OverflowError or TypeError for any other."""
    packed: bytes = _local.pack(value)
    return packed


def map_header(entries: int) -> bytes:
    """Return how msgpack begins a map."""
    if entries < 16:
        return bytes((0x80 | entries,))
    if entries < 2**16:
        return b"\xde" + entries.to_bytes(2, "big")
    return b"\xdf" + entries.to_bytes(4, "big")


def array_header(items: int) -> bytes:
    """Return how msgpack begins an array."""
    if items < 16:
        return bytes((0x90 | items,))
    if items < 2**16:
        return b"\xdc" + items.to_bytes(2, "big")
    return b"\xdd" + items.to_bytes(4, "big")


def blob_header(size_bytes: int) -> bytes:
    """Return how msgpack begins bytes."""
    if size_bytes < 2**8:
        return b"\xc4" + size_bytes.to_bytes(1, "big")
    if size_bytes < 2**16:
        return b"\xc5" + size_bytes.to_bytes(2, "big")
    return b"\xc6" + size_bytes.to_bytes(4, "big")
