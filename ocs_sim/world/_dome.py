"""The dome: its turning, its shutter, and what it hides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ocs_sim.geometry import DomeGeometry, clear_fraction
from ocs_sim.world._axis import Axis
from ocs_sim.world._errors import OutOfRange
from ocs_sim.world._motor import Motor, plain_axis
from ocs_sim.world._mount_axes import wrapped
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_END = 1e-6


class Dome(Part):
    """A round dome with a slit; azimuths in degrees, north 0, east 90."""

    def __init__(self, world: World) -> None:
        """Stand at the park azimuth, the shutter as the profile says."""
        super().__init__(world)
        profile = self.profile = world.profile.dome
        rate, acceleration = profile.max_rate_degrees_per_second, profile.acceleration_degrees_per_second2
        axis = Axis(profile.park_azimuth_degrees, rate, acceleration)
        self._turn = Motor(world, "dome", axis, "dome.stall", "it does not turn")
        shutter = plain_axis(float(profile.starts_open), 1.0 / profile.shutter_seconds)
        self._shutter = Motor(world, "dome", shutter, "dome.shutter_stuck", "its shutter is stuck")
        self._opening = profile.starts_open
        self._park_azimuth = profile.park_azimuth_degrees
        self._offset = 0.0
        self._parked, self._home = True, False

    @property
    def geometry(self) -> DomeGeometry:
        """The dome and the telescope in it."""
        profile, world = self.profile, self._world
        return DomeGeometry(
            radius_metres=profile.radius_metres,
            slit_half_width_metres=profile.slit_half_width_metres,
            slit_from_zenith_degrees=profile.slit_from_zenith_degrees,
            aperture_metres=world.profile.optics.aperture_metres,
            latitude_degrees=world.place.latitude_degrees,
            mount_north_metres=profile.mount_north_metres,
            mount_east_metres=profile.mount_east_metres,
            mount_up_metres=profile.mount_up_metres,
            arm_metres=profile.arm_metres if world.profile.mount.kind == "german" else 0.0,
        )

    @property
    @locked
    def azimuth_degrees(self) -> float:
        """Where the middle of the slit is, 0 to below 360."""
        return (self._turn.position() + self._offset) % 360.0 % 360.0

    @property
    @locked
    def shutter(self) -> str:
        """`open`, `closed`, `opening`, `closing`, or `error` where it could not finish."""
        if self._shutter.failed:
            return "error"
        if self._shutter.moving():
            return "opening" if self._opening else "closing"
        position = self._shutter.position()
        if position >= 1.0 - _END:
            return "open"
        return "closed" if position <= _END else "error"

    @property
    @locked
    def shutter_opening(self) -> float:
        """How far the shutter is open, 0 to 1."""
        return self._shutter.position()

    @property
    @locked
    def slewing(self) -> bool:
        """Whether it turns or its shutter moves; raises Faulted if that could not be finished."""
        turning, shuttering = self._turn.moving(), self._shutter.moving()
        return turning or shuttering

    @property
    @locked
    def at_park(self) -> bool:
        """Whether it was parked, and has not turned since."""
        self._world.now()
        return self._parked

    @property
    @locked
    def at_home(self) -> bool:
        """Whether it found its home, and has not turned since."""
        return self._home

    @locked
    def slew_to_azimuth(self, azimuth_degrees: float) -> None:
        """Turn the shorter way; raises OutOfRange outside 0 to below 360, and Faulted."""
        if not 0.0 <= azimuth_degrees < 360.0:
            raise OutOfRange(what="The azimuth", value=azimuth_degrees, allowed="from 0 to below 360")
        self._turn_to(azimuth_degrees, lambda _: None)

    @locked
    def open_shutter(self) -> None:
        """Open the shutter; raises Faulted if it is stuck."""
        self._opening = True
        self._shutter.move_to(1.0)

    @locked
    def close_shutter(self) -> None:
        """Close the shutter; raises Faulted if it is stuck."""
        self._opening = False
        self._shutter.move_to(0.0)

    @locked
    def park(self) -> None:
        """Turn to the park azimuth; the shutter stays as it is. Raises Faulted."""
        if not self._parked:
            self._turn_to(self._park_azimuth, self._now_parked)

    @locked
    def find_home(self) -> None:
        """Turn to the home azimuth, where a sync is forgotten; raises Faulted."""
        self._turn_to((self.profile.home_azimuth_degrees + self._offset) % 360.0, self._now_home)

    @locked
    def abort(self) -> None:
        """Stop the dome and its shutter."""
        self._turn.halt()
        self._shutter.halt()

    @locked
    def set_park_here(self) -> None:
        """Make where it stands its park azimuth."""
        self._park_azimuth = self.azimuth_degrees

    @locked
    def sync(self, azimuth_degrees: float) -> None:
        """Take an azimuth as where it stands; raises OutOfRange."""
        if not 0.0 <= azimuth_degrees < 360.0:
            raise OutOfRange(what="The azimuth", value=azimuth_degrees, allowed="from 0 to below 360")
        self._offset = azimuth_degrees - self._turn.position()

    @locked
    def true_azimuth_degrees(self, times: Floats) -> Floats:
        """Return where the slit truly was at moments, whatever it was synced to."""
        return self._turn.timeline.value(moments(times)) % 360.0

    @locked
    def opening(self, times: Floats) -> Floats:
        """Return how far the shutter was open at moments, 0 to 1."""
        return self._shutter.timeline.value(moments(times))

    @locked
    def clear_fraction(self, times: Floats) -> Floats:
        """Return which part of the telescope's beam got through the slit at moments, 0 to 1."""
        at = moments(times)
        altitude, azimuth = self._world.mount.true_horizontal(at)
        hour_angle, west = self._world.mount.true_side(at)
        return clear_fraction(
            altitude,
            azimuth,
            hour_angle,
            np.where(west, "west", "east"),
            self.true_azimuth_degrees(at),
            self.opening(at),
            self.geometry,
        )

    def _turn_to(self, azimuth: float, arrived: Callable[[float], None]) -> None:
        here = self._turn.position()
        there = here + wrapped(azimuth - self._offset - here)
        self._parked = self._home = False
        self._turn.move_to(there, arrived)

    def _now_parked(self, _: float) -> None:
        self._parked = True

    def _now_home(self, _: float) -> None:
        self._home = True
        self._offset = 0.0
