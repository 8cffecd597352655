"""The fields of a command: numbers, which older clients send as texts, within their ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


class BadField(ValueError):
    """What is wrong with a field, as a sentence's part."""


def number(fields: Mapping[str, Any], name: str, low: float, high: float) -> float:
    """Return a number between two others, both included. Raises BadField."""
    value = _required(fields, name)
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        result = float(value)
    except (ValueError, OverflowError):
        raise BadField(f"{name} is {_short(value)}, not a number") from None
    if not (math.isfinite(result) and low <= result <= high):
        raise BadField(f"{name} is {result:g}, not within {low:g} to {high:g}")
    return result


def whole(fields: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """Return a whole number. Raises BadField."""
    result = number(fields, name, low, high)
    if not result.is_integer():
        raise BadField(f"{name} is {result:g}, not a whole number")
    return int(result)


def word(fields: Mapping[str, Any], name: str) -> str:
    """Return a text. Raises BadField."""
    value = _required(fields, name)
    if not isinstance(value, str) or not value.strip():
        raise BadField(f"{name} is {_short(value)}, not a text")
    return value.strip()


def number_or_word(fields: Mapping[str, Any], name: str, low: int, high: int) -> int | str:
    """Return a whole number, or a text, as a filter's position or name. Raises BadField."""
    value = _required(fields, name)
    if isinstance(value, str) and not value.strip().lstrip("+-").isdecimal():
        return word(fields, name)
    return whole(fields, name, low, high)


def _required(fields: Mapping[str, Any], name: str) -> Any:
    if name not in fields:
        raise BadField(f"{name} is missing")
    return fields[name]


def _short(value: Any) -> str:
    return repr(value)[:60]
