"""What a document may hold: DynamoDB's types and limits, so that what is written here can be written there.

Sources: DynamoDB's developer guide, "Supported data types and naming rules" and "Quotas".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any

from ocs_sim.stores._errors import LimitExceeded

MAX_DOCUMENT_BYTES = 400 * 1024
MAX_LEVELS = 32
MAX_DIGITS = 38
_LARGEST = Decimal("9.9999999999999999999999999999999999999E+125")
_SMALLEST = Decimal("1E-130")
_ALWAYS_FINE = 10**MAX_DIGITS
_EXACT = Context(prec=200)


def normal_value(value: Any, where: str = "", level: int = 1) -> tuple[Any, int]:
    """Return a value as it will be read again, and the bytes that it counts for. Raises LimitExceeded.

    Whole numbers become int, tuples become lists; `where` names the value in errors.
    """
    match value:
        case str():
            return value, text_bytes(value, where)
        case bool() | None:
            return value, 1
        case int() | Decimal():
            return _normal_number(value, where)
        case Mapping():
            return _normal_mapping(value, where, level)
        case list() | tuple():
            return _normal_list(value, where, level)
        case bytes() | bytearray():
            return bytes(value), len(value)
    if isinstance(value, float):
        raise LimitExceeded(
            what=where, fault=f"{value!r} is a float: give a Decimal, which says all its digits"
        )
    raise LimitExceeded(what=where, fault=f"a {type(value).__name__} is nothing that documents hold")


def text_bytes(text: str, where: str) -> int:
    """Return how long a text is in UTF-8. Raises LimitExceeded for half of a character."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise LimitExceeded(what=where, fault="it holds half of a character (a lone surrogate)") from None


def _normal_number(value: int | Decimal, where: str) -> tuple[int | Decimal, int]:
    if isinstance(value, int) and -_ALWAYS_FINE < value < _ALWAYS_FINE:
        return int(value), 21
    exact = Decimal(value)
    if not exact.is_finite():
        raise LimitExceeded(what=where, fault=f"{value} is no number")
    if not exact:
        return 0, 21
    exact = exact.normalize(_EXACT)
    if len(exact.as_tuple().digits) > MAX_DIGITS:
        raise LimitExceeded(what=where, fault=f"a number has up to {MAX_DIGITS} digits")
    if not _SMALLEST <= abs(exact) <= _LARGEST:
        raise LimitExceeded(what=where, fault="a number lies between 1E-130 and 9.9E+125, or is 0")
    whole = exact == exact.to_integral_value()
    return (int(exact) if whole else exact), 21


def _normal_mapping(value: Mapping[Any, Any], where: str, level: int) -> tuple[dict[str, Any], int]:
    _check_level(level, where)
    normal: dict[str, Any] = {}
    size = 3
    for name, item in value.items():
        inside = f"{where}.{name}" if where else f"field {name!r}"
        if not isinstance(name, str) or not name:
            raise LimitExceeded(what=inside, fault="names of fields are texts with a character at least")
        normal[name], bytes_of_item = normal_value(item, inside, level + 1)
        size += text_bytes(name, inside) + bytes_of_item + 1
    return normal, size


def _normal_list(value: list[Any] | tuple[Any, ...], where: str, level: int) -> tuple[list[Any], int]:
    _check_level(level, where)
    normal: list[Any] = []
    size = 3
    for number, item in enumerate(value):
        normal_item, bytes_of_item = normal_value(item, f"{where}[{number}]", level + 1)
        normal.append(normal_item)
        size += bytes_of_item + 1
    return normal, size


def _check_level(level: int, where: str) -> None:
    if level > MAX_LEVELS:
        raise LimitExceeded(what=where, fault=f"it is more than {MAX_LEVELS} levels deep")
