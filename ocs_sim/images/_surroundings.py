"""Where an image was taken from and towards, and what was around the telescope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ocs_sim.images._quantities import Number, icrs_degrees, keep_plain


@dataclass(frozen=True)
class Site:
    """An observatory on the ground, WGS84, east positive. `code` is Photon Ranch's, 3 to 6 characters."""

    code: str
    latitude_degrees: Number
    longitude_degrees: Number
    elevation_metres: Number
    name: str = ""

    def __post_init__(self) -> None:
        keep_plain(self)


@dataclass(frozen=True)
class Pointing:
    """Where the mount was commanded to point, ICRS.

    `position_angle_degrees` is that of the detector's columns (of growing row number), from north through
    east. `altitude_degrees` and `azimuth_degrees` (0 north, 90 east) are computed for the middle of the
    exposure if they are not given.
    """

    ra_degrees: Number
    dec_degrees: Number
    position_angle_degrees: Number = 0.0
    pier_side: Literal["east", "west"] | None = None
    altitude_degrees: Number | None = None
    azimuth_degrees: Number | None = None
    tracking: bool | None = None

    def __post_init__(self) -> None:
        keep_plain(self)

    @classmethod
    def at(cls, coordinate: Any, **more: Any) -> Pointing:
        """Return a pointing at an astropy SkyCoord; `more` are the other facts."""
        return cls(*icrs_degrees(coordinate), **more)


@dataclass(frozen=True)
class Dome:
    """The dome's slit and shutter."""

    azimuth_degrees: Number | None = None
    shutter: Literal["open", "closed", "opening", "closing", "error"] | None = None

    def __post_init__(self) -> None:
        keep_plain(self)


@dataclass(frozen=True)
class Weather:
    """The weather while the shutter was open; what is not measured is None."""

    temperature_celsius: Number | None = None
    humidity_percent: Number | None = None
    dew_point_celsius: Number | None = None
    pressure_hpa: Number | None = None
    wind_speed_metres_per_second: Number | None = None
    wind_gust_metres_per_second: Number | None = None
    wind_direction_degrees: Number | None = None
    cloud_percent: Number | None = None
    rain_rate_millimetres_per_hour: Number | None = None
    sky_temperature_celsius: Number | None = None
    sky_quality_magnitudes_per_square_arcsecond: Number | None = None
    seeing_arcseconds: Number | None = None

    def __post_init__(self) -> None:
        keep_plain(self)


@dataclass(frozen=True)
class Simulation:
    """That an image is simulated, and by what; a simulation also knows the read noise of its camera."""

    seed: int | None = None
    profile: str = ""
    read_noise_electrons: Number | None = None

    def __post_init__(self) -> None:
        keep_plain(self)
