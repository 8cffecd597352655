"""The focuser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.world._errors import OutOfRange
from ocs_sim.world._motor import Motor, plain_axis
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._world import World

# The tube is as warm as the air was, in the mean over such parts of its time constant and such weights.
_PAST = ((0.1, 0.3), (0.5, 0.3), (1.1, 0.25), (2.2, 0.15))


class Focuser(Part):
    """An absolute focuser: it reports what its motor did, while the camera sees its backlash."""

    def __init__(self, world: World) -> None:
        """Stand where the profile says."""
        super().__init__(world)
        profile = self.profile = world.profile.focuser
        axis = plain_axis(profile.starts_at_steps, profile.steps_per_second, profile.backlash_steps)
        self._motor = Motor(world, "focuser", axis, "focuser.stall", "it does not move")

    @property
    @locked
    def position(self) -> int:
        """Where its motor is, in steps."""
        return round(self._motor.position())

    @property
    @locked
    def moving(self) -> bool:
        """Whether it moves; raises Faulted if the move could not be finished."""
        return self._motor.moving()

    @property
    @locked
    def temperature_celsius(self) -> float:
        """The tube's temperature, C."""
        return float(self.tube_celsius(moments(self._world.now())))

    @locked
    def move(self, position_steps: int) -> None:
        """Go to a position; raises OutOfRange outside 0 to the last step or beyond the greatest increment."""
        limit = self.profile.max_steps
        if not 0 <= position_steps <= limit:
            raise OutOfRange(what="The position in steps", value=position_steps, allowed=f"from 0 to {limit}")
        increment = self.profile.max_increment_steps
        if abs(position_steps - self._motor.position()) > increment:
            raise OutOfRange(
                what="The move in steps", value=position_steps, allowed=f"at most {increment} away"
            )
        self._motor.move_to(float(position_steps))

    @locked
    def halt(self) -> None:
        """Stop."""
        self._motor.halt()

    @locked
    def position_steps(self, times: Floats) -> Floats:
        """Return where the lens or mirror truly was at moments, with the backlash of the drive."""
        return self._motor.timeline.driven(moments(times))

    @locked
    def tube_celsius(self, times: Floats) -> Floats:
        """Return the tube's temperature at moments: it follows the air's slowly."""
        at, slow = moments(times), self.profile.temperature_time_constant_seconds
        weather = self._world.weather
        return sum(
            (weight * weather.temperature_celsius(at - past * slow) for past, weight in _PAST), start=0.0 * at
        )
