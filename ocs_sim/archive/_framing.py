"""How a journal cuts a file into records: pure functions on bytes.

A journal is a 16-byte header and then frames of length u32 | crc32 u32 | payload, little-endian.
The CRC covers the length too, so that a run of zeros, which file systems leave behind after a power
cut, is not an empty record.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from zlib import crc32

MAGIC = b"\x89OCSHKJ\n"
VERSION = 1
_START = MAGIC + struct.pack("<I", VERSION)
HEADER = _START + struct.pack("<I", crc32(_START))

_FRAME = struct.Struct("<II")
_LENGTH = struct.Struct("<I")
FRAME_SIZE = _FRAME.size


def frame(payload: bytes) -> bytes:
    """Return `payload` as one frame."""
    length = _LENGTH.pack(len(payload))
    return b"%b%b%b" % (length, _LENGTH.pack(crc32(payload, crc32(length))), payload)


def two_part_frame(head: bytes, body: bytes) -> bytes:
    """Return a payload of two parts as one frame, copying the second only once."""
    length = _LENGTH.pack(len(head) + len(body))
    check = crc32(body, crc32(head, crc32(length)))
    return b"%b%b%b%b" % (length, _LENGTH.pack(check), head, body)


def header_version(buffer: memoryview | bytes) -> int | None:
    """Return the format version of a journal's beginning, or None when the header is not intact."""
    start, check = bytes(buffer[: len(_START)]), bytes(buffer[len(_START) : len(HEADER)])
    if len(check) != _LENGTH.size or not start.startswith(MAGIC):
        return None
    if _LENGTH.unpack(check)[0] != crc32(start):
        return None
    return int.from_bytes(start[len(MAGIC) :], "little")


def scan(buffer: memoryview, start: int = len(HEADER)) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of each payload from offset `start` on, up to the first frame that is not intact."""
    size = len(buffer)
    while start + FRAME_SIZE <= size:
        length, check = _FRAME.unpack_from(buffer, start)
        begin = start + FRAME_SIZE
        start = begin + length
        if start > size or crc32(buffer[begin:start], crc32(buffer[begin - 8 : begin - 4])) != check:
            return
        yield begin, start
