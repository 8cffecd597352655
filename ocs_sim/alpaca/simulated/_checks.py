"""The ranges in which ASCOM wants values; what else a device refuses, its part of the world says."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import TypeVar

from ocs_sim.alpaca import InvalidValue

Choice = TypeVar("Choice", bound=IntEnum)


def within(name: str, value: float, lowest: float, highest: float, unit: str = "") -> float:
    """Return `value` when lowest <= value <= highest; raise InvalidValue otherwise, also for NaN."""
    if math.isfinite(value) and lowest <= value <= highest:
        return value
    raise InvalidValue(f"{name} {value:g} is outside {lowest:g}..{highest:g}{unit and ' ' + unit}")


def below_full_circle(name: str, degrees: float) -> float:
    """Return `degrees` when 0 <= degrees < 360; raise InvalidValue otherwise."""
    if 0.0 <= degrees < 360.0:
        return degrees
    raise InvalidValue(f"{name} {degrees:g} is outside 0 <= angle < 360 degrees")


def one_of(choices: type[Choice], name: str, value: int) -> Choice:
    """Return the choice of that number; raise InvalidValue where there is none."""
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(f"{choice.value} {choice.name.lower()}" for choice in choices)
        raise InvalidValue(f"{name} {value} is none of: {known}") from None


def right_ascension(hours: float) -> float:
    """Return a right ascension of 0..24 hours; raise InvalidValue otherwise."""
    return within("RightAscension", hours, 0.0, 24.0, "hours")


def declination(degrees: float) -> float:
    """Return a declination of -90..90 degrees; raise InvalidValue otherwise."""
    return within("Declination", degrees, -90.0, 90.0, "degrees")
