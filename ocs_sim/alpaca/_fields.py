"""The fields of a query or a form, and values of the types that members take."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from ocs_sim.alpaca._errors import BadRequest, InvalidValue

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
_INT32 = range(-(2**31), 2**31)
_HIGHEST_ID = 2**32 - 1
# More digits than any int32 has with reasonable zeros in front; int() of very many is slow.
_LONGEST_INTEGER = 40
# More than a client means to send; each costs time.
_MOST_FIELDS = 1000
_SHOWN = 60


class Fields:
    """The raw fields of a query (keys in any casing) or of a form (keys exact)."""

    __slots__ = ("_any_case", "_repeated", "_values")

    def __init__(self, text: bytes, any_case: bool) -> None:
        self._any_case = any_case
        self._repeated: set[bytes] | None = None
        values: dict[bytes, bytes] = {}
        self._values = values
        if not text:
            return
        pairs = text.split(b"&", _MOST_FIELDS)
        if len(pairs) > _MOST_FIELDS:
            raise BadRequest("There are too many parameters.")
        is_plain = b"%" not in text and b"+" not in text
        for pair in pairs:
            key, _, value = pair.partition(b"=")
            if not is_plain:
                key = unquote_to_bytes(key.replace(b"+", b" "))
            if any_case:
                key = key.lower()
            if key in values:
                self._repeat(key)
            values[key] = value

    def _repeat(self, key: bytes) -> None:
        if self._repeated is None:
            self._repeated = set()
        self._repeated.add(key)

    def text(self, key: bytes) -> str | None:
        """Return a field's decoded value, or None when there is no such field.

        Raises BadRequest when it is given twice or is not UTF-8.
        """
        value = self._values.get(key.lower() if self._any_case else key)
        if value is None:
            return None
        if self._repeated and (key.lower() if self._any_case else key) in self._repeated:
            raise BadRequest(f"The parameter {key.decode()} is given more than once.")
        if b"%" in value or b"+" in value:
            value = unquote_to_bytes(value.replace(b"+", b" "))
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise BadRequest(f"The parameter {key.decode()} is not UTF-8.") from None

    def identity(self, key: bytes) -> int:
        """Return ClientID or ClientTransactionID: 0 when it is absent; raises BadRequest."""
        value = self._values.get(key.lower() if self._any_case else key)
        if value is None:
            return 0
        # As nearly all are; bytes know no other alphabets' digits, and int() of very many would be slow.
        if self._repeated is None and len(value) <= _LONGEST_INTEGER and value.isdigit():
            number = int(value)
            if number <= _HIGHEST_ID:
                return number
        text = self.text(key) or ""
        if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_INTEGER and int(text) <= _HIGHEST_ID:
            return int(text)
        raise BadRequest(f"{key.decode()} is a whole number from 0 to {_HIGHEST_ID}, not {_shown(text)}.")


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def boolean(name: str, text: str) -> bool:
    """Return what `true` or `false`, in any casing, says; raises BadRequest."""
    found = _BOOLEANS.get(text.lower())
    if found is None:
        raise BadRequest(f"{name} is true or false, not {_shown(text)}.")
    return found


def integer(name: str, text: str) -> int:
    """Return a whole number; raises BadRequest, or InvalidValue beyond what ASCOM's 32 bits can hold."""
    if _INTEGER.fullmatch(text) is None:
        raise BadRequest(f"{name} is a whole number, not {_shown(text)}.")
    number = int(text) if len(text) <= _LONGEST_INTEGER else _INT32.stop
    if number not in _INT32:
        raise InvalidValue(f"{name} is {_shown(text)}, more than 32 bits can hold.")
    return number


def decimal(name: str, text: str) -> float:
    """Return a number with a decimal point; raises BadRequest, or InvalidValue when it overflows."""
    if _NUMBER.fullmatch(text) is None:
        raise BadRequest(f"{name} is a number, not {_shown(text)}.")
    number = float(text)
    if not math.isfinite(number):
        raise InvalidValue(f"{name} is {_shown(text)}, which is too large.")
    return number


def text_as_it_is(name: str, text: str) -> str:  # noqa: ARG001 - called as the others are
    """Return the text."""
    return text


CONVERTERS: dict[type, Callable[[str, str], object]] = {
    bool: boolean,
    int: integer,
    float: decimal,
    str: text_as_it_is,
}
