"""The filter wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ocs_sim.world._errors import OutOfRange
from ocs_sim.world._motor import Motor, plain_axis
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_BETWEEN = 1e-3


class Wheel(Part):
    """A filter wheel that goes the shorter way round; slots are numbered from 0."""

    def __init__(self, world: World) -> None:
        """Stand at the first filter."""
        super().__init__(world)
        axis = plain_axis(0.0, 1.0 / world.profile.wheel.seconds_per_slot)
        self._motor = Motor(world, "filter wheel", axis, "wheel.stuck", "it is stuck between two filters")

    @property
    def names(self) -> tuple[str, ...]:
        """The filters' names, slot by slot."""
        return tuple(each.name for each in self._world.profile.filters)

    @property
    def focus_offsets(self) -> tuple[int, ...]:
        """By how many steps each filter moves the focus."""
        return tuple(round(each.focus_offset_steps) for each in self._world.profile.filters)

    @property
    @locked
    def position(self) -> int:
        """The slot, or -1 while it moves; raises Faulted if it could not finish."""
        return -1 if self._motor.moving() else round(self._motor.position()) % len(self.names)

    @locked
    def set_position(self, slot: int) -> None:
        """Go to a slot; raises OutOfRange for one that is not there, and Faulted."""
        count = len(self.names)
        if not 0 <= slot < count:
            raise OutOfRange(what="The slot", value=slot, allowed=f"from 0 to {count - 1}")
        here = self._motor.position()
        way = (slot - here + count / 2) % count - count / 2
        self._motor.move_to(float(round(here + way)))

    @locked
    def slot(self, times: Floats) -> Floats:
        """Return the slot at moments, -1 while it was between two."""
        at = moments(times)
        place = self._motor.timeline.value(at)
        between = np.abs(place - np.round(place)) > _BETWEEN
        return np.where(between, -1.0, np.round(place) % len(self.names))
