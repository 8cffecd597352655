"""The axes of a telescope, which clients name by numbers."""

from __future__ import annotations

from enum import IntEnum

from ocs_sim.alpaca import InvalidValue


class Axis(IntEnum):
    """An axis of a mount; the simulated one has no third."""

    PRIMARY = 0
    SECONDARY = 1
    TERTIARY = 2


def checked_axis(number: int) -> Axis:
    """Return the axis of that number; raise InvalidValue where there is none."""
    try:
        return Axis(number)
    except ValueError:
        raise InvalidValue(
            f"there is no axis {number}: give 0 (primary), 1 (secondary) or 2 (tertiary)"
        ) from None
