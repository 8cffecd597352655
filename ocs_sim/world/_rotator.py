"""The rotator of the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.world._axis import Axis
from ocs_sim.world._checks import check_range
from ocs_sim.world._motor import Motor
from ocs_sim.world._mount_axes import wrapped
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._world import World


class Rotator(Part):
    """A rotator that turns without end; `position` is `mechanical` with a sync, and reversed if asked."""

    def __init__(self, world: World) -> None:
        """Stand at 0."""
        super().__init__(world)
        profile = self.profile = world.profile.rotator
        axis = Axis(0.0, profile.max_rate_degrees_per_second, profile.acceleration_degrees_per_second2)
        self._motor = Motor(world, "rotator", axis, "rotator.stall", "it does not turn")
        self._offset = 0.0
        self._target = 0.0
        self._sign = 1.0

    @property
    @locked
    def mechanical(self) -> float:
        """The angle of the rotator itself, 0 to below 360."""
        return _circle(self._motor.position())

    @property
    @locked
    def position(self) -> float:
        """The angle after sync and reversal, 0 to below 360."""
        return _circle(self._sign * self._motor.position() + self._offset)

    @property
    @locked
    def target(self) -> float:
        """The position that it goes to, or went to last."""
        return _circle(self._sign * self._target + self._offset)

    @property
    @locked
    def moving(self) -> bool:
        """Whether it turns; raises Faulted if the move could not be finished."""
        return self._motor.moving()

    @property
    @locked
    def reversed(self) -> bool:
        """Whether positions count the other way round."""
        return self._sign < 0

    @locked
    def set_reversed(self, on: bool) -> None:
        """Have positions count the other way round, or not; the position now stays."""
        here = self.position
        self._sign = -1.0 if on else 1.0
        self._offset = here - self._sign * self._motor.position()

    @locked
    def move(self, degrees: float) -> None:
        """Turn by an angle, relative to the position now; raises OutOfRange beyond 360, and Faulted."""
        check_range("The angle to turn", degrees, -360.0, 360.0)
        self.move_absolute(_circle(self.position + degrees))

    @locked
    def move_absolute(self, degrees: float) -> None:
        """Turn to a position the shorter way; raises OutOfRange outside 0 to 360, and Faulted."""
        check_range("The position", degrees, 0.0, 360.0)
        self._go(self._sign * (degrees - self._offset))

    @locked
    def move_mechanical(self, degrees: float) -> None:
        """Turn to a mechanical angle the shorter way; raises OutOfRange outside 0 to 360, and Faulted."""
        check_range("The mechanical angle", degrees, 0.0, 360.0)
        self._go(degrees)

    @locked
    def sync(self, degrees: float) -> None:
        """Take an angle as the position now; raises OutOfRange outside 0 to 360."""
        check_range("The position", degrees, 0.0, 360.0)
        self._offset = degrees - self._sign * self._motor.position()

    @locked
    def halt(self) -> None:
        """Stop."""
        self._motor.halt()
        self._target = self._motor.timeline.pieces[-1].position

    @locked
    def mechanical_degrees(self, times: Floats) -> Floats:
        """Return the mechanical angle at moments; it counts on beyond 360."""
        return self._motor.timeline.value(moments(times))

    def _go(self, mechanical: float) -> None:
        here = self._motor.position()
        self._target = here + wrapped(mechanical - here)
        self._motor.move_to(self._target)


def _circle(degrees: float) -> float:
    return degrees % 360.0 % 360.0
