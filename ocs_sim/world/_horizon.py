"""How low a telescope may look."""

from __future__ import annotations

import numpy as np

from ocs_sim.world._mount_profile import MountProfile
from ocs_sim.world._timeline import Floats


class Horizon:
    """What stands in the way, by azimuth; straight lines between its corners."""

    def __init__(self, profile: MountProfile) -> None:
        """Take the corners of a profile."""
        self._lowest = profile.lowest_altitude_degrees
        self._corners = sorted((azimuth % 360.0, altitude) for azimuth, altitude in profile.horizon)

    def lowest_altitude_degrees(self, azimuth_degrees: Floats | float) -> Floats:
        """Return the lowest altitude that can be observed, shape of the azimuths."""
        azimuth = np.asarray(azimuth_degrees, dtype=float) % 360.0
        if not self._corners:
            return np.full(azimuth.shape, self._lowest)
        at, high = zip(*self._corners, strict=True)
        return np.asarray(np.maximum(np.interp(azimuth, at, high, period=360.0), self._lowest))
