"""Length-prefixed frames out of a stream of bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_LENGTH = struct.Struct("!I")
_LENGTH_BYTES = _LENGTH.size


class FrameTooLong(Exception):
    """A frame is longer than was agreed on."""


class Frames:
    """Cuts a stream into frames; each byte is copied a fixed number of times, however large its frame is."""

    def __init__(self) -> None:
        self._length_so_far = b""
        self._parts: list[bytes] = []
        self._missing_bytes = 0

    def split(self, data: bytes, longest_bytes: int) -> Iterator[bytes]:
        """Yield the frames that are whole with `data`, to be run to its end; raise FrameTooLong."""
        if self._missing_bytes > len(data):
            self._parts.append(data)
            self._missing_bytes -= len(data)
            return
        start, end = 0, len(data)
        if self._parts:
            start = self._missing_bytes
            yield self._completed(data[:start])
        elif self._length_so_far:
            data = self._length_so_far + data
            self._length_so_far, end = b"", len(data)
        while end - start >= _LENGTH_BYTES:
            (length,) = _LENGTH.unpack_from(data, start)
            if length > longest_bytes:
                raise FrameTooLong(f"{length} bytes, where {longest_bytes} are the most")
            start += _LENGTH_BYTES
            if start + length > end:
                self._parts, self._missing_bytes = [data[start:]], length - (end - start)
                return
            yield data[start : start + length]
            start += length
        self._length_so_far = data[start:]

    def _completed(self, last_part: bytes) -> bytes:
        frame = b"".join((*self._parts, last_part))
        self._parts, self._missing_bytes = [], 0
        return frame


def frame_head(length_bytes: int, head: bytes) -> bytes:
    """Return the start of a frame of `length_bytes`, of which `head` is the beginning."""
    return _LENGTH.pack(length_bytes) + head
