"""How fast a mount follows the sky."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Seconds of sidereal time in a second: the rate of the mean sidereal time (IAU 2006).
SIDEREAL_SECONDS_PER_SECOND = 1.002737909350795
SIDEREAL_DEGREES_PER_SECOND = 15.0 * SIDEREAL_SECONDS_PER_SECOND / 3600.0
#: Rates of the hour angle by name, as ASCOM's DriveRates define them.
TRACKING_RATES = {
    "sidereal": SIDEREAL_DEGREES_PER_SECOND,
    "lunar": 14.685 / 3600.0,
    "solar": 15.0 / 3600.0,
    "king": 15.0369 / 3600.0,
}


@dataclass(frozen=True)
class Tracking:
    """What a mount does about the turning of the Earth; offsets are in ASCOM's units."""

    on: bool = False
    rate: str = "sidereal"
    right_ascension_offset: float = 0.0  # seconds of right ascension in a sidereal second
    declination_offset: float = 0.0  # arcseconds in a second

    def axis_rates(self, dec_sign: float) -> tuple[float, float]:
        """Return the rates of the two axes, degrees a second; `dec_sign` is -1 beyond the pole."""
        if not self.on:
            return 0.0, 0.0
        drift = self.right_ascension_offset * SIDEREAL_DEGREES_PER_SECOND
        return TRACKING_RATES[self.rate] - drift, dec_sign * self.declination_offset / 3600.0

    def stopped(self) -> Tracking:
        """Return the same, not tracking."""
        return replace(self, on=False)
