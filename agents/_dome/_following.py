"""Where the slit has to be for the telescope to look through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.almanac import to_horizontal
from ocs_sim.geometry import DomeGeometry, required_azimuth

from .._device import LatestSample
from ._options import DomeOptions

_SIDES = {0: "east", 1: "west"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the slit should be, in degrees; None, and why, when nothing says so."""

    azimuth_degrees: float | None
    reason: str | None = None


class Follower:
    """Turns what a mount says on its feed `pointing` into an azimuth of the slit."""

    def __init__(self, mount: LatestSample | None, options: DomeOptions, latitude_degrees: float) -> None:
        self._mount = mount
        self._latitude_degrees = latitude_degrees
        self._geometry = DomeGeometry(
            radius_metres=options.radius,
            slit_half_width_metres=options.slit_half_width,
            slit_from_zenith_degrees=options.slit_from_zenith,
            aperture_metres=options.aperture,
            latitude_degrees=latitude_degrees,
            mount_north_metres=options.mount_north,
            mount_east_metres=options.mount_east,
            mount_up_metres=options.mount_up,
            arm_metres=options.arm,
        )

    @property
    def wanted(self) -> Wanted:
        """Where the slit should be now."""
        if self._mount is None:
            return Wanted(None, "the agent was given no --mount")
        values = self._mount.values
        if values is None:
            return Wanted(None, self._mount.problem)
        return Wanted(self._azimuth(values))

    @property
    def destination(self) -> Wanted:
        """Where the slit should be when a mount that slews has arrived, else where it should be now."""
        values = self._mount.values if self._mount is not None else None
        if values is None or not values.get("slewing"):
            return self.wanted
        return Wanted(self._azimuth({**values, **self._arrived(values)}))

    @property
    def is_mount_parked(self) -> bool:
        """Whether the mount says that it is parked."""
        values = self._mount.values if self._mount is not None else None
        return bool(values and values.get("at_park"))

    def _arrived(self, values: Mapping[str, Any]) -> dict[str, float]:
        # Precession is left out and the pier side may change: what that comes to is followed on arrival.
        hour_angle = 15.0 * float(values["sidereal_time"]) - float(values["target_ra"])
        altitude, azimuth = to_horizontal(hour_angle, float(values["target_dec"]), self._latitude_degrees)
        return {"altitude": float(altitude), "azimuth": float(azimuth), "hour_angle": hour_angle / 15.0}

    def _azimuth(self, values: Mapping[str, Any]) -> float:
        aim = required_azimuth(
            float(values["altitude"]),
            float(values["azimuth"]),
            15.0 * float(values["hour_angle"]),
            _SIDES.get(int(values["pier_side"]), "east"),
            self._geometry,
        )
        return aim.azimuth_degrees
