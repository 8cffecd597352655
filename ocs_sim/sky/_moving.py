"""Stars that move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ocs_sim.sky._cone import within
from ocs_sim.sky._proper_motion import moved, years_since_j2000
from ocs_sim.sky._stars import Floats, Stars

DEGREES_PER_MILLIARCSECOND = 1 / 3_600_000


@dataclass(frozen=True)
class MovingStars:
    """Stars at J2000.0 with their proper motions in milliarcseconds a year (the one in RA times cos dec)."""

    stars: Stars
    pm_ra_milliarcseconds: Floats
    pm_dec_milliarcseconds: Floats

    def __len__(self) -> int:
        return len(self.stars)

    def __getitem__(self, chosen: Any) -> MovingStars:
        """Return the stars that a mask, a slice or an array of indices chooses."""
        return MovingStars(
            self.stars[chosen], self.pm_ra_milliarcseconds[chosen], self.pm_dec_milliarcseconds[chosen]
        )

    def at(self, unix: float | None) -> Stars:
        """Return all of them as they are at a moment; at J2000.0 if None."""
        if unix is None:
            return self.stars
        ra, dec = moved(
            self.stars.ra_degrees,
            self.stars.dec_degrees,
            self.pm_ra_milliarcseconds,
            self.pm_dec_milliarcseconds,
            years_since_j2000(unix),
        )
        return Stars(ra, dec, self.stars.magnitude, self.stars.colour, self.stars.names)

    def near(self, ra_degrees: float, dec_degrees: float, radius_degrees: float, unix: float | None) -> Stars:
        """Return those within a radius of a position, as they are at a moment."""
        travel = 0.0 if unix is None else self._fastest_degrees * abs(years_since_j2000(unix))
        reach = radius_degrees + 1.01 * travel + 1e-9
        zone = self[np.flatnonzero(np.abs(self.stars.dec_degrees - dec_degrees) <= reach)]
        place = (ra_degrees, dec_degrees)
        around = zone[within(zone.stars.ra_degrees, zone.stars.dec_degrees, *place, reach)]
        now = around.at(unix)
        return now[within(now.ra_degrees, now.dec_degrees, *place, radius_degrees)]

    @cached_property
    def _fastest_degrees(self) -> float:
        motion = np.hypot(self.pm_ra_milliarcseconds, self.pm_dec_milliarcseconds)
        return float(motion.max(initial=0.0)) * DEGREES_PER_MILLIARCSECOND
