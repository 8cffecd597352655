"""Whether numbers that are asked for are possible."""

from __future__ import annotations

from ocs_sim.world._errors import OutOfRange


def check_range(what: str, value: float, low: float, high: float) -> None:
    """Raise OutOfRange unless low <= value <= high; not a number is out of range."""
    if not low <= value <= high:
        raise OutOfRange(what=what, value=value, allowed=f"from {low:g} to {high:g}")


def check_equatorial(right_ascension_hours: float, declination_degrees: float) -> None:
    """Raise OutOfRange unless these are an apparent place."""
    if not 0.0 <= right_ascension_hours < 24.0:
        raise OutOfRange(
            what="The right ascension in hours", value=right_ascension_hours, allowed="from 0 to below 24"
        )
    check_range("The declination", declination_degrees, -90.0, 90.0)
