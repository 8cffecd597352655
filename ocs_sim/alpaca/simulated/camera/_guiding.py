"""The guide port of the camera."""

from __future__ import annotations

from ocs_sim.alpaca import get, put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.camera._part import CameraPart
from ocs_sim.ascom import GuideDirection
from ocs_sim.world import WorldError

_LONGEST_PULSE_MILLISECONDS = 600_000


class GuidePort(CameraPart):
    """PulseGuide through a cable: a relay closes for some time, whatever the mount makes of it."""

    _closed_until = float("-inf")

    @get
    def IsPulseGuiding(self) -> bool:
        """Return whether a relay is closed."""
        return self.world.now() < self._closed_until

    @put
    def PulseGuide(self, Direction: int, Duration: int) -> None:
        """Let the mount move at its guide rate for so many milliseconds."""
        direction = _checks.one_of(GuideDirection, "Direction", Direction)
        _checks.within("Duration", Duration, 0, _LONGEST_PULSE_MILLISECONDS, "ms")
        self._closed_until = self.world.now() + Duration / 1000.0
        try:
            self.world.mount.pulse_guide(direction.name.lower(), Duration)
        except WorldError:
            # A cable does not tell that the mount is parked or slews.
            return
