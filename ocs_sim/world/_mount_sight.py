"""What can be read off a mount: what it reports, and where it truly looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ocs_sim.almanac import to_equatorial, to_horizontal
from ocs_sim.world._mount_axes import MountAxes, Truths
from ocs_sim.world._mount_control import MountControl
from ocs_sim.world._mount_drive import MountDrive
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._pointing import TruePointing, sky_of, true_pointing
from ocs_sim.world._sky_frame import sidereal_degrees, to_icrs
from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._world import World


class MountSight(Part):
    """A mount that reports clean apparent coordinates; only a camera sees `true_pointing`.

    Right ascension in hours, all other angles in degrees, both of date, without refraction.
    """

    def __init__(self, world: World) -> None:
        """Stand at the park position."""
        super().__init__(world)
        self.profile = world.profile.mount
        self._latitude = world.place.latitude_degrees
        self._park = self._park_position()
        self._drive = MountDrive(self.profile, world.place, world.seed, self._park)
        self._control = MountControl(world, self._drive)

    @property
    @locked
    def right_ascension_hours(self) -> float:
        """Apparent right ascension, 0 to below 24."""
        return self._equatorial()[0]

    @property
    @locked
    def declination_degrees(self) -> float:
        """Apparent declination."""
        return self._equatorial()[1]

    @property
    @locked
    def hour_angle_hours(self) -> float:
        """Hour angle, -12 to below 12."""
        return self._now_reported(self._world.now())[0] / 15.0

    @property
    @locked
    def altitude_degrees(self) -> float:
        """Altitude, without refraction."""
        return self._horizontal()[0]

    @property
    @locked
    def azimuth_degrees(self) -> float:
        """Azimuth, north 0, east 90, below 360."""
        return self._horizontal()[1]

    @property
    @locked
    def sidereal_time_hours(self) -> float:
        """Local apparent sidereal time, 0 to below 24."""
        return float(self._drive.sidereal_degrees(self._world.now())) / 15.0 % 24.0

    @property
    @locked
    def pier_side(self) -> str:
        """`east` (normal) or `west` (through the pole); always `east` for a fork."""
        german = self._drive.axes.german
        return "west" if german and self._drive.dec_sign(self._world.now()) < 0 else "east"

    @property
    @locked
    def slewing(self) -> bool:
        """Whether it slews, or is moved by hand; raises Faulted if the last slew could not be finished."""
        self._control.check_finished()
        return self._control.slewing(self._world.now())

    @property
    @locked
    def tracking(self) -> bool:
        """Whether it follows the sky."""
        return self._control.tracking.on

    @property
    @locked
    def tracking_rate(self) -> str:
        """`sidereal`, `lunar`, `solar` or `king`."""
        return self._control.tracking.rate

    @property
    @locked
    def right_ascension_rate(self) -> float:
        """Offset of the tracking rate, seconds of right ascension in a sidereal second."""
        return self._control.tracking.right_ascension_offset

    @property
    @locked
    def declination_rate(self) -> float:
        """Offset of the tracking rate, arcseconds in a second."""
        return self._control.tracking.declination_offset

    @property
    @locked
    def guiding(self) -> bool:
        """Whether a guide pulse runs on either axis."""
        return self._control.guiding(self._world.now())

    @property
    @locked
    def stopped_by(self) -> str | None:
        """The limit that stopped it last, `horizon` or `end of an axis`; None after a slew."""
        return self._control.stopped_by

    @locked
    def true_pointing(self, times: Floats) -> TruePointing:
        """Return where the camera truly looked, ICRS, and the position angle of the tube's up."""
        at = moments(times)
        return true_pointing(self._world.place, at, *self._directions(at))

    @locked
    def true_horizontal(self, times: Floats) -> tuple[Floats, Floats]:
        """Return altitude and azimuth of where the camera truly looked."""
        hour, dec = sky_of(self._directions(moments(times))[0])
        altitude, azimuth = to_horizontal(hour, dec, self._latitude)
        return np.asarray(altitude), np.asarray(azimuth)

    @locked
    def true_side(self, times: Floats) -> tuple[Floats, Truths]:
        """Return the hour angle in degrees that the hour axis stands for, and whether on pier side `west`."""
        at = moments(times)
        west = self._drive.axes.through_pole(self._drive.dec.timeline.value(at))
        return self._drive.hour.timeline.value(at) + 180.0 * west, west

    @locked
    def commanded(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the ICRS right ascension and declination, degrees, that the mount believed in."""
        at = moments(times)
        hour, dec = self._drive.reported(at)
        return to_icrs(sidereal_degrees(self._world.place, at) - hour, dec, at)

    def _directions(self, times: Floats) -> tuple[Floats, Floats]:
        return self._drive.true_directions(times, self._world.weather.wind(times))

    def _equatorial(self) -> tuple[float, float]:
        now = self._world.now()
        hour, dec = self._now_reported(now)
        ra = (self._drive.sidereal_degrees(now) - hour) / 15.0 % 24.0
        return ra % 24.0, dec

    def _horizontal(self) -> tuple[float, float]:
        hour, dec = self._now_reported(self._world.now())
        altitude, azimuth = to_horizontal(hour, dec, self._latitude)
        return float(altitude), float(azimuth)

    def _now_reported(self, now: float) -> tuple[float, float]:
        return self._drive.axes.to_sky_at(*self._drive.reported_axes(now))

    def _park_position(self) -> tuple[float, float]:
        axes = MountAxes(self.profile, self._latitude)
        altitude, azimuth = self.profile.park_altitude_degrees, self.profile.park_azimuth_degrees
        hour_angle, dec = to_equatorial(altitude, azimuth, self._latitude)
        return axes.to_axes(float(hour_angle), float(dec), axes.natural_side(float(hour_angle)))
