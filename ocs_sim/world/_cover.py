"""The mirror's cover, which is a lamp too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ocs_sim.world._errors import OutOfRange
from ocs_sim.world._motor import Motor, plain_axis
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._timeline import Floats, Piece, Timeline

if TYPE_CHECKING:
    from ocs_sim.world._faults import Fault
    from ocs_sim.world._world import World

_END = 1e-6


class Cover(Part):
    """A cover that opens and closes, and whose inside shines evenly on the mirror when it is asked to."""

    def __init__(self, world: World) -> None:
        """Stand as the profile says, the lamp off."""
        super().__init__(world)
        profile = self.profile = world.profile.cover
        axis = plain_axis(float(profile.starts_open), 1.0 / profile.cover_seconds)
        self._motor = Motor(world, "cover", axis, "cover.stuck", "it is stuck")
        self._lamp = Timeline(0.0)
        self._steady = float("-inf")
        self._brightness = 0
        self._lit = False
        world.faults.on("power.lost", self._dark, lambda _at, _fault: None)

    @property
    @locked
    def cover_state(self) -> str:
        """`open`, `closed`, `moving`, `unknown` where it was stopped, or `error` where it stuck."""
        if self._motor.failed:
            return "error"
        if self._motor.moving():
            return "moving"
        position = self._motor.position()
        if position >= 1.0 - _END:
            return "open"
        return "closed" if position <= _END else "unknown"

    @property
    @locked
    def calibrator_state(self) -> str:
        """`off`, `not_ready` until the lamp is steady, or `ready`, also when it was lit with brightness 0."""
        if self._world.now() < self._steady:
            return "not_ready"
        return "ready" if self._lit else "off"

    @property
    @locked
    def brightness_now(self) -> int:
        """What the lamp was set to, 0 when it is off."""
        return self._brightness

    @locked
    def open(self) -> None:
        """Open the cover; raises Faulted if it is stuck."""
        self._motor.move_to(1.0)

    @locked
    def close(self) -> None:
        """Close the cover; raises Faulted if it is stuck."""
        self._motor.move_to(0.0)

    @locked
    def halt(self) -> None:
        """Stop the cover where it is."""
        self._motor.halt()

    @locked
    def on(self, brightness: int) -> None:
        """Light the lamp; raises OutOfRange for a brightness below 0 or above the greatest."""
        limit = self.profile.max_brightness
        if not 0 <= brightness <= limit:
            raise OutOfRange(what="The brightness", value=brightness, allowed=f"from 0 to {limit}")
        self._lit = True
        self._shine(self._world.now(), brightness, self.profile.lamp_seconds)

    @locked
    def off(self) -> None:
        """Put the lamp out."""
        self._lit = False
        self._shine(self._world.now(), 0, self.profile.lamp_seconds)

    @locked
    def clear_fraction(self, times: Floats) -> Floats:
        """Return which part of the beam got past the cover at moments, 0 to 1."""
        return np.clip(self._motor.timeline.value(moments(times)), 0.0, 1.0)

    @locked
    def brightness(self, times: Floats) -> Floats:
        """Return how brightly the lamp shone at moments, 0 to its greatest brightness."""
        return self._lamp.value(moments(times))

    def _shine(self, at: float, brightness: int, seconds: float) -> None:
        before = self._lamp.value(at)
        ramp = Piece(at, before, (brightness - before) / seconds)
        self._lamp.replace([ramp, Piece(at + seconds, brightness)], self._world.keep_since())
        self._brightness = brightness
        self._steady = at + seconds

    def _dark(self, at: float, _: Fault) -> None:
        self._lamp.replace([Piece(at, 0.0)], self._world.keep_since())
        self._brightness, self._steady, self._lit = 0, at, False
