"""What may stand behind the `=` of a command's words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Read: TypeAlias = Callable[[str], Any]
_DEGREES_PER_HOUR = 15.0


@dataclass(frozen=True, slots=True)
class Word:
    """One `name=value` of a command. `read` raises ValueError with what the value must be."""

    name: str
    read: Read
    required: bool = True


def hours(text: str) -> float:
    """Return a right ascension in hours, from a number of hours or sexagesimal text."""
    how = "0 to less than 24 hours, as 5.59 or 05:35:17"
    value = _number(text)
    if value is None:
        value = _sexagesimal(text, "right ascension", how) / _DEGREES_PER_HOUR
    if not 0.0 <= value < 24.0:
        raise ValueError(f"must be {how}, not {text}")
    return value


def declination(text: str) -> float:
    """Return degrees."""
    how = "-90 to 90 degrees, as -5.39 or -05:23:28"
    value = _number(text)
    if value is None:
        value = _sexagesimal(text, "declination", how)
    if not -90.0 <= value <= 90.0:
        raise ValueError(f"must be {how}, not {text}")
    return value


def between(low: float, high: float, unit: str) -> Read:
    """Return a reader of numbers in a range, both ends included."""

    def read(text: str) -> float:
        value = _number(text)
        if value is None or not low <= value <= high:
            raise ValueError(f"must be a number of {unit} from {low:g} to {high:g}, not {text}")
        return value

    return read


def count(low: int, high: int) -> Read:
    """Return a reader of whole numbers."""

    def read(text: str) -> int:
        if not text.removeprefix("+").isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}, not {text}")
        return int(text)

    return read


def filter_name(text: str) -> int | str:
    """Return a filter's number, or its name."""
    return int(text) if text.isdecimal() else text


def one_of(*choices: str) -> Read:
    """Return a reader of one of a few words, however they are spelled."""

    def read(text: str) -> str:
        for choice in choices:
            if text.lower() == choice.lower():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}, not {text}")

    return read


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _sexagesimal(text: str, what: str, how: str) -> float:
    # Here, since it brings numpy, which plain numbers do not need.
    from ocs_sim.almanac import AlmanacError, parse_declination, parse_right_ascension

    parse = parse_right_ascension if what == "right ascension" else parse_declination
    try:
        return parse(text)
    except AlmanacError as error:
        # Its own words are those of the almanac, which wants degrees.
        raise ValueError(f"cannot be understood: it must be {how}, not {text}") from error
