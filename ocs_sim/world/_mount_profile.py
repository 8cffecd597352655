"""What a mount is, as numbers of a profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from ocs_sim.world._nodes import Latitude, NotNegative, Positive, Range


@dataclass(frozen=True)
class PointingProfile:
    """What makes a mount look where it does not say: seen by the camera only.

    The six terms are those of Patrick Wallace's TPOINT for an equatorial mount, as is the tube's flexure.
    """

    ih_arcseconds: float = 0.0  # zero point of the hour angle
    id_arcseconds: float = 0.0  # zero point of the declination
    ch_arcseconds: float = 0.0  # the beam is not at a right angle to the declination axis
    np_arcseconds: float = 0.0  # the two axes are not at a right angle
    ma_arcseconds: float = 0.0  # the polar axis is turned in azimuth
    me_arcseconds: float = 0.0  # the polar axis is too high or too low
    tf_arcseconds: float = 0.0  # the tube bends, with the sine of the zenith distance
    periodic_arcseconds: float = 0.0  # amplitude of the worm's error
    periodic_seconds: Positive = 480.0  # one turn of the worm at the sidereal rate
    repeatability_arcseconds: NotNegative = 0.0  # rms, each axis, new with each slew
    drift_arcseconds_per_hour: NotNegative = 0.0  # rms, each axis, new with each slew
    dec_backlash_arcseconds: NotNegative = 0.0
    wind_shake_arcseconds: NotNegative = 0.0  # rms in a wind of 10 m/s


@dataclass(frozen=True)
class MountProfile:
    """An equatorial mount: `german` with two pier sides, or `fork` with one."""

    name: str = "Simulated mount"
    kind: Literal["german", "fork"] = "german"
    max_rate_degrees_per_second: Positive = 20.0
    acceleration_degrees_per_second2: Positive = 20.0
    settle_seconds: Annotated[float, Range(0, 600)] = 0.2
    guide_rate_arcseconds_per_second: Positive = 7.52
    past_meridian_degrees: Annotated[float, Range(0, 90)] = (
        15.0  # how far a german mount follows before and after it
    )
    fork_hour_angle_limit_degrees: Annotated[float, Range(0, 180, above=True)] = 100.0
    lowest_altitude_degrees: Latitude = 10.0
    horizon: tuple[tuple[float, Latitude], ...] = ()  # (azimuth, altitude) corners of what stands in the way
    park_altitude_degrees: Latitude = 45.0
    park_azimuth_degrees: float = 180.0
    starts_parked: bool = False
    pointing: PointingProfile = field(default_factory=PointingProfile)
