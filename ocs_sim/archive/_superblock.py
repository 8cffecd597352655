"""Tells whether an HDF5 file is all there, from its first bytes."""

from __future__ import annotations

import struct
from pathlib import Path

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Where the address of the end of the file is, by version of the superblock, with 8-byte addresses.
_END_OFFSETS = {0: 40, 1: 44, 2: 28, 3: 28}
_HEAD = 64


def is_whole(path: Path, size_bytes: int) -> bool:
    """Tell whether a file is as long as it says that it is; damage further inside goes unnoticed."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    if len(head) < _HEAD or not head.startswith(_SIGNATURE):
        return False
    version = head[8]
    address_bytes = head[13] if version < 2 else head[9]
    if version not in _END_OFFSETS or address_bytes != 8:
        return False
    (end,) = struct.unpack_from("<Q", head, _END_OFFSETS[version])
    return int(end) <= size_bytes
