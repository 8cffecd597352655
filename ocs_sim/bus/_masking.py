"""Websocket frames of a client, which must be masked; autobahn does that byte by byte, in Python."""

from __future__ import annotations

import os
import struct

_BINARY, _TEXT = 0x82, 0x81
_MASKED = 0x80
_MASK_BYTES = 4
_SHORT, _MEDIUM = 125, 0xFFFF


def masked_frame(payload: bytes, *, binary: bool, mask: bytes | None = None) -> bytes:
    """Return a message in one frame, under a random mask unless one is given."""
    mask = os.urandom(_MASK_BYTES) if mask is None else mask
    return b"".join((_head(len(payload), binary=binary), mask, _under(mask, payload)))


def _head(length_bytes: int, *, binary: bool) -> bytes:
    kind = _BINARY if binary else _TEXT
    if length_bytes <= _SHORT:
        return struct.pack("!BB", kind, _MASKED | length_bytes)
    if length_bytes <= _MEDIUM:
        return struct.pack("!BBH", kind, _MASKED | 126, length_bytes)
    return struct.pack("!BBQ", kind, _MASKED | 127, length_bytes)


def _under(mask: bytes, payload: bytes) -> bytes:
    length = len(payload)
    key = (mask * (length // _MASK_BYTES + 1))[:length]
    masked = int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")
    return masked.to_bytes(length, "little")
