"""Nudging the mount while it follows a star."""

from __future__ import annotations

from ocs_sim.alpaca import get, put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart
from ocs_sim.ascom import GuideDirection

_ARCSECONDS = 3600.0


class Guiding(TelescopePart):
    """PulseGuide and its rates; both axes may be guided at once."""

    @get
    def IsPulseGuiding(self) -> bool:
        """Return whether a guide pulse has not ended yet."""
        return self._mount.guiding

    @put
    def PulseGuide(self, Direction: int, Duration: int) -> None:
        """Move north 0, south 1, east 2 or west 3 at the guide rate for so many milliseconds."""
        direction = _checks.one_of(GuideDirection, "Direction", Direction)
        self._mount.pulse_guide(direction.name.lower(), Duration)

    @get
    def GuideRateRightAscension(self) -> float:
        """Return the rate of east and west pulses in degrees per second."""
        return self._mount.guide_rates[0] / _ARCSECONDS

    @GuideRateRightAscension.put
    def _(self, GuideRateRightAscension: float) -> None:
        with self.world.lock:
            self._mount.set_guide_rates(GuideRateRightAscension * _ARCSECONDS, self._mount.guide_rates[1])

    @get
    def GuideRateDeclination(self) -> float:
        """Return the rate of north and south pulses in degrees per second."""
        return self._mount.guide_rates[1] / _ARCSECONDS

    @GuideRateDeclination.put
    def _(self, GuideRateDeclination: float) -> None:
        with self.world.lock:
            self._mount.set_guide_rates(self._mount.guide_rates[0], GuideRateDeclination * _ARCSECONDS)
