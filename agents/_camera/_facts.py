"""All that is known about an image, from the camera, its instrument and the other agents."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ocs_sim.ascom import ShutterState
from ocs_sim.images import (
    Detector,
    Dome,
    Exposure,
    Facts,
    ImageName,
    Observer,
    Optics,
    Pointing,
    Simulation,
    Target,
    Weather,
)

from ._exposing import RawImage
from ._heard import Heard, HeardFeed
from ._instrument import CameraFacts, InstrumentState
from ._plan import ExposurePlan
from ._telescope import TelescopeFacts

_PIER_SIDES: Mapping[int, Literal["east", "west"]] = {0: "east", 1: "west"}
_HALF_CIRCLE_DEGREES, _FULL_CIRCLE_DEGREES = 180.0, 360.0
_SHUTTERS = tuple(state.name.lower() for state in ShutterState)
_WEATHER = {
    "temperature": "temperature_celsius",
    "humidity": "humidity_percent",
    "dew_point": "dew_point_celsius",
    "pressure": "pressure_hpa",
    "wind_speed": "wind_speed_metres_per_second",
    "wind_gust": "wind_gust_metres_per_second",
    "wind_direction": "wind_direction_degrees",
    "cloud_cover": "cloud_percent",
    "rain_rate": "rain_rate_millimetres_per_hour",
    "sky_temperature": "sky_temperature_celsius",
    "sky_quality": "sky_quality_magnitudes_per_square_arcsecond",
    "seeing": "seeing_arcseconds",
}


@dataclass(frozen=True)
class Around:
    """What another agent said at the beginning and at the end of an exposure."""

    start: Heard
    end: Heard

    @classmethod
    def of(cls, feed: HeardFeed | None, raw: RawImage) -> Around:
        """Return what a feed said around an exposure; nothing without a feed."""
        if feed is None:
            return cls(Heard(), Heard())
        # Ready is later than closed, by the readout.
        return cls(feed.at(raw.began), feed.at(min(raw.began + raw.seconds, raw.ended)))

    @property
    def problems(self) -> list[str]:
        """Why values are missing."""
        return [each.problem for each in (self.start, self.end) if each.problem][:1]

    def first(self, name: str) -> Any:
        """Return a value at the start, or else at the end; None if neither is known."""
        return next(self._known(name), None)

    def mean(self, name: str) -> float | None:
        """Return the mean of a value at the start and at the end."""
        known = list(self._known(name))
        return sum(known) / len(known) if known else None

    def both(self, name: str) -> tuple[Any, Any] | None:
        """Return a value at the start and at the end, if both are known."""
        known = list(self._known(name))
        return (known[0], known[1]) if len(known) > 1 else None

    def ever(self, name: str) -> bool:
        """Return whether a value was true at the start or at the end."""
        return any(self._known(name))

    def _known(self, name: str) -> Iterator[Any]:
        for each in (self.start, self.end):
            value = each.values.get(name)
            if value is not None and not (isinstance(value, float) and math.isnan(value)):
                yield value


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the site file and the observer say about an image."""

    instrument: str
    site_code: str
    site_name: str = ""
    observer: str = ""
    object_name: str = ""
    camera_angle_degrees: float = 0.0
    mirrored: bool = False
    read_noise_electrons: float | None = None
    filter_name: str = ""
    sequence: int = 1


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What the devices and the other agents say about an image."""

    camera: CameraFacts
    telescope: TelescopeFacts
    before: InstrumentState
    after: InstrumentState
    mount: Around
    dome: Around
    weather: Around
    simulation: Simulation | None = None
    further_problems: tuple[str, ...] = ()

    @property
    def problems(self) -> list[str]:
        """What is not known, and why."""
        found = [
            *self.before.problems,
            *self.after.problems,
            *self.mount.problems,
            *self.dome.problems,
            *self.weather.problems,
            *self.further_problems,
        ]
        return list(dict.fromkeys(found))


def gather(raw: RawImage, plan: ExposurePlan, told: Told, known: Gathered, name: ImageName) -> Facts:
    """Return the facts for an image's header."""
    return Facts(
        exposure=Exposure(
            raw.start,
            raw.seconds,
            plan.image_type,
            number=name.number,
            sequence=told.sequence,
            count=plan.count,
        ),
        detector=_detector(plan, told, known),
        optics=_optics(told, known),
        pointing=_pointing(told, known),
        target=_target(told, known.mount),
        site=known.telescope.site(told.site_code, told.site_name),
        dome=_dome(known.dome),
        weather=_weather(known.weather),
        observer=Observer(told.observer) if told.observer else None,
        simulation=known.simulation,
        name=name,
        more=_more(raw, known),
    )


def _read_noise(told: Told, known: Gathered) -> Any:
    if told.read_noise_electrons is not None or known.simulation is None:
        return told.read_noise_electrons
    return known.simulation.read_noise_electrons


def _detector(plan: ExposurePlan, told: Told, known: Gathered) -> Detector:
    camera, before = known.camera, known.before
    return Detector(
        name=camera.name or told.instrument,
        width=camera.sensor.width,
        height=camera.sensor.height,
        pixel_x_micrometres=camera.pixel_x_micrometres,
        pixel_y_micrometres=camera.pixel_y_micrometres,
        bin_x=plan.binning,
        bin_y=plan.binning,
        start_x=plan.x,
        start_y=plan.y,
        electrons_per_adu=camera.electrons_per_adu,
        read_noise_electrons=_read_noise(told, known),
        saturation_adu=camera.most_adu,
        full_well_electrons=camera.full_well_electrons,
        gain_setting=camera.gain,
        offset_setting=camera.offset,
        readout_mode=camera.readout_mode,
        sensor=camera.sensor_name,
        temperature_celsius=_mean(before.ccd_temperature, known.after.ccd_temperature),
        set_point_celsius=before.set_point,
        cooler_percent=_mean(before.cooler_power, known.after.cooler_power),
    )


def _optics(told: Told, known: Gathered) -> Optics:
    return Optics(
        telescope=known.telescope.name,
        focal_length_millimetres=known.telescope.focal_length_millimetres,
        aperture_millimetres=known.telescope.aperture_millimetres,
        filter_name=told.filter_name,
        focus_position_steps=known.before.focus_position,
        focus_temperature_celsius=known.before.focus_temperature,
        rotator_degrees=known.before.rotator_mechanical,
        mirrored=told.mirrored,
    )


def _pointing(told: Told, known: Gathered) -> Pointing | None:
    ra, dec = known.mount.first("ra"), known.mount.first("dec")
    if ra is None or dec is None:
        return None
    pier_side = _PIER_SIDES.get(known.mount.first("pier_side"))
    return Pointing(
        ra,
        dec,
        position_angle_degrees=_position_angle(told, known.before, pier_side),
        pier_side=pier_side,
        altitude_degrees=None if known.telescope.site(told.site_code) else known.mount.mean("altitude"),
        azimuth_degrees=None if known.telescope.site(told.site_code) else known.mount.first("azimuth"),
        tracking=known.mount.first("tracking"),
    )


def _position_angle(told: Told, state: InstrumentState, pier_side: str | None) -> float:
    # Beyond the pole the tube, and the camera with it, is upside down.
    flip = _HALF_CIRCLE_DEGREES if pier_side == "west" else 0.0
    angle = told.camera_angle_degrees + (state.rotator_angle or 0.0) + flip
    return angle % _FULL_CIRCLE_DEGREES


def _target(told: Told, mount: Around) -> Target | None:
    ra, dec = mount.first("target_ra"), mount.first("target_dec")
    if not told.object_name and ra is None:
        return None
    return Target(told.object_name, ra, dec)


def _dome(dome: Around) -> Dome | None:
    azimuth, shutter = dome.first("azimuth"), dome.first("shutter")
    if azimuth is None and shutter is None:
        return None
    known: Any = _SHUTTERS[shutter] if shutter in range(len(_SHUTTERS)) else None
    return Dome(azimuth, known)


def _weather(weather: Around) -> Weather | None:
    # A mean of wind directions would be wrong near north.
    values = {
        fact: weather.first(name) if name == "wind_direction" else weather.mean(name)
        for name, fact in _WEATHER.items()
    }
    return Weather(**values) if any(value is not None for value in values.values()) else None


def _more(raw: RawImage, known: Gathered) -> dict[str, Any]:
    cards: dict[str, Any] = {}
    if (airmasses := known.mount.both("airmass")) is not None:
        cards["AMSTART"] = (float(airmasses[0]), "airmass as the mount told at the start")
        cards["AMEND"] = (float(airmasses[1]), "airmass as the mount told at the end")
    if (directions := known.mount.both("ra")) is not None:
        cards["RAEND"] = (float(directions[1]), "[deg] right ascension at the end")
        cards["DECEND"] = (float((known.mount.both("dec") or (0.0, 0.0))[1]), "[deg] declination at the end")
    if known.mount.ever("slewing"):
        cards["SLEWING"] = (True, "T if the mount was seen on its way elsewhere")
    if raw.stopped:
        cards["STOPPED"] = (True, "T if the exposure was ended early")
    if known.problems:
        cards["NOTHEARD"] = "; ".join(known.problems)
    return cards


def _mean(*values: float | None) -> float | None:
    known = [each for each in values if each is not None]
    return sum(known) / len(known) if known else None
