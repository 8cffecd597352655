"""What stands in the way of looking low."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class HorizonMask:
    """The lowest altitude that may be looked at, in each direction: degrees, azimuths ascending.

    Between its points the mask is straight, across north too; nowhere is it below `lowest_degrees`.
    """

    lowest_degrees: float = 0.0
    points: tuple[tuple[float, float], ...] = ()

    @classmethod
    def parse(cls, lowest_degrees: float, words: Sequence[str]) -> HorizonMask:
        """Read points written as `AZIMUTH:ALTITUDE`; raises ValueError for the first that is none."""
        return cls(lowest_degrees, tuple(sorted(_point(each) for each in words)))

    def altitude_at(self, azimuth_degrees: float) -> float:
        """Return the lowest altitude in a direction."""
        if not self.points:
            return self.lowest_degrees
        azimuths, altitudes = zip(*self.points, strict=True)
        there = float(np.interp(azimuth_degrees % 360.0, azimuths, altitudes, period=360.0))
        return max(self.lowest_degrees, there)


def _point(word: str) -> tuple[float, float]:
    try:
        azimuth, altitude = (float(each) for each in word.split(":"))
    except ValueError:
        raise ValueError(f"{word!r} is not AZIMUTH:ALTITUDE, such as 90:15") from None
    if not (0.0 <= azimuth <= 360.0 and -90.0 <= altitude <= 90.0):
        raise ValueError(f"{word!r} needs an azimuth of 0 to 360 and an altitude of -90 to 90")
    return azimuth % 360.0, altitude
