"""Following the sky, and what moves across it."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart
from ocs_sim.ascom import DriveRate


class Tracking(TelescopePart):
    """Tracking, its rate, and offsets to the sidereal one."""

    @get
    def Tracking(self) -> bool:
        """Return whether the mount follows the sky."""
        return self._mount.tracking

    @Tracking.put
    def _(self, Tracking: bool) -> None:
        self._mount.set_tracking(Tracking)

    @get
    def TrackingRate(self) -> int:
        """Return which rate the mount tracks at, as a number of DriveRates."""
        return DriveRate[self._mount.tracking_rate.upper()]

    @TrackingRate.put
    def _(self, TrackingRate: int) -> None:
        rate = _checks.one_of(DriveRate, "TrackingRate", TrackingRate)
        self._mount.set_tracking_rate(rate.name.lower())

    @get
    def TrackingRates(self) -> list[int]:
        """Return the numbers of all rates: sidereal, lunar, solar, King."""
        return [int(rate) for rate in DriveRate]

    @get
    def RightAscensionRate(self) -> float:
        """Return the drift that is added in right ascension, in seconds of time per sidereal second."""
        return self._mount.right_ascension_rate

    @RightAscensionRate.put
    def _(self, RightAscensionRate: float) -> None:
        self._mount.set_rate_offsets(right_ascension=RightAscensionRate)

    @get
    def DeclinationRate(self) -> float:
        """Return the drift that is added in declination, in arcseconds per second."""
        return self._mount.declination_rate

    @DeclinationRate.put
    def _(self, DeclinationRate: float) -> None:
        self._mount.set_rate_offsets(declination=DeclinationRate)
