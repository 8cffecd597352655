"""Numbers in bodies: the documented examples write some of them as texts."""

from __future__ import annotations

import math
from typing import Any

from ocs_sim.ranch._errors import Refused


def number_or_none(body: dict[str, Any], key: str) -> float | None:
    """Return a number, or None when there is none or an empty text. Raises Refused for anything else."""
    value = body.get(key)
    if value is None or value == "":
        return None
    number = _as_number(value)
    if number is None:
        raise Refused(status=400, text=f"Error: {key} must be a number")
    return number


def positive(body: dict[str, Any], key: str, default: float, most: float) -> float:
    """Return a number above 0 and not above `most`. Raises Refused."""
    number = number_or_none(body, key)
    if number is None:
        return default
    if not 0 < number <= most:
        raise Refused(status=400, text=f"Error: {key} must be above 0 and at most {most:g}")
    return number


def whole(body: dict[str, Any], key: str, default: int, most: int) -> int:
    """Return a whole number above 0 and not above `most`. Raises Refused."""
    number = positive(body, key, default, most)
    if not float(number).is_integer():
        raise Refused(status=400, text=f"Error: {key} must be a whole number")
    return int(number)


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number
