"""Where the arguments of a publication begin, without unpacking it."""

from __future__ import annotations

_PUBLISH_OF_FIVE = b"\x95\x10"
_NO_OPTIONS = 0x80
# How many bytes follow the first one of an unsigned integer, and of a string's length.
_INTEGER_SIZES = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_LENGTH_SIZES = {0xD9: 1, 0xDA: 2, 0xDB: 4}


def arguments_offset(message: bytes) -> int:
    """Return where Arguments begins in `[PUBLISH, Request, {}, Topic, Arguments]`, as msgpack; 0 in all else.

    It looks at the first four elements alone: whether the whole is well-formed, it does not tell.
    """
    if not message.startswith(_PUBLISH_OF_FIVE):
        return 0
    try:
        kind = message[2]
        at = 3 if kind < 0x80 else 3 + _INTEGER_SIZES[kind]
        if message[at] != _NO_OPTIONS:
            return 0
        kind = message[at + 1]
        at += 2
        if 0xA0 <= kind <= 0xBF:
            at += kind & 0x1F
        else:
            size = _LENGTH_SIZES[kind]
            at += size + int.from_bytes(message[at : at + size], "big")
        kind = message[at]
    except (IndexError, KeyError):
        return 0
    return at if 0x90 <= kind <= 0x9F or kind in (0xDC, 0xDD) else 0
