"""Where a mount truly points: what its axes say, and all that they do not know of."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ocs_sim.almanac import Place, position_angle_degrees
from ocs_sim.world._axis import Axis
from ocs_sim.world._mount_profile import PointingProfile
from ocs_sim.world._random_access import generator, smooth_noise
from ocs_sim.world._sky_frame import sidereal_degrees, to_icrs
from ocs_sim.world._timeline import Floats, Piece, Timeline
from ocs_sim.world._tracking import SIDEREAL_DEGREES_PER_SECOND

_ARCSECOND = math.radians(1.0 / 3600.0)
_UP_RADIANS = 1e-3
_SHAKES_PER_SECOND = (0.7, 1.9, 4.3)
_SHAKE_WIND = 10.0


class TruePointing(NamedTuple):
    """Where the middle of the field is, ICRS, and the position angle of the tube's up (north over east)."""

    ra_degrees: Floats
    dec_degrees: Floats
    position_angle_degrees: Floats


class PointingErrors:
    """The hidden errors of one mount: fixed terms, and what comes anew with each slew."""

    def __init__(self, profile: PointingProfile, place: Place, seed: int) -> None:
        """Take the terms of a profile."""
        self._profile = profile
        self._seed = seed
        self._latitude = math.radians(place.latitude_degrees)
        self._slews = 0
        self._scatter = (Timeline(0.0), Timeline(0.0))

    def slewed(self, start: float, end: float, keep_since: float) -> None:
        """Draw what a slew leaves: an offset on each axis, and a drift from then on, in arcseconds."""
        self._slews += 1
        profile = self._profile
        draws = generator(self._seed, "mount.slew", self._slews).normal(size=4)
        offsets = draws[:2] * profile.repeatability_arcseconds
        drifts = draws[2:] * profile.drift_arcseconds_per_hour / 3600.0
        for scatter, offset, drift in zip(self._scatter, offsets, drifts, strict=True):
            before = scatter.value(start)
            ramp = (offset - before) / (end - start) if end > start else 0.0
            scatter.replace([Piece(start, before, ramp), Piece(end, offset, drift)], keep_since)

    def direction(
        self, times: Floats, hour_axis: Floats, dec_axis: Floats, wind: Floats
    ) -> tuple[Floats, Floats]:
        """Return unit vectors (3, n) of the line of sight and of a point close above it.

        The axes are x to the meridian on the equator, y to the west, z to the pole.
        """
        east, north = self._errors(times, hour_axis, wind)
        hour, dec = np.radians(hour_axis), np.radians(dec_axis)
        return self._seen(hour, dec, east, north), self._seen(hour, dec + _UP_RADIANS, east, north)

    def _errors(self, times: Floats, hour_axis: Floats, wind: Floats) -> tuple[Floats, Floats]:
        profile = self._profile
        turn = np.radians(hour_axis * 360.0 / (SIDEREAL_DEGREES_PER_SECOND * profile.periodic_seconds))
        worm = profile.periodic_arcseconds * (np.sin(turn) + 0.25 * np.sin(2 * turn + 1.0))
        shake = profile.wind_shake_arcseconds * (wind / _SHAKE_WIND) ** 2
        hour = self._scatter[0].value(times) + worm + shake * self._shake(times, "hour")
        return hour, self._scatter[1].value(times) + shake * self._shake(times, "dec")

    def _shake(self, times: Floats, axis: str) -> Floats:
        phases = generator(self._seed, f"mount.shake.{axis}").uniform(0, 2 * np.pi, len(_SHAKES_PER_SECOND))
        waves = [
            np.sin(2 * np.pi * frequency * times + phase)
            for frequency, phase in zip(_SHAKES_PER_SECOND, phases, strict=True)
        ]
        gusts = 1.0 + 0.5 * smooth_noise(times, self._seed, f"mount.shake.{axis}", 3.0)
        return np.asarray(sum(waves) * math.sqrt(2 / len(waves)) * gusts)

    def _seen(self, hour: Floats, dec: Floats, extra_hour: Floats, extra_dec: Floats) -> Floats:
        """Return where the tube looks: the six terms of TPOINT, written so that they hold at the pole too."""
        terms = self._profile
        sine_h, cosine_h, sine_d, cosine_d = np.sin(hour), np.cos(hour), np.sin(dec), np.cos(dec)
        sine_lat, cosine_lat = math.sin(self._latitude), math.cos(self._latitude)
        westward = (
            (terms.ih_arcseconds + extra_hour) * cosine_d
            + terms.ch_arcseconds
            + terms.np_arcseconds * sine_d
            - terms.ma_arcseconds * cosine_h * sine_d
            + terms.me_arcseconds * sine_h * sine_d
            + terms.tf_arcseconds * cosine_lat * sine_h
        )
        northward = (
            terms.id_arcseconds
            + extra_dec
            + terms.ma_arcseconds * sine_h
            + terms.me_arcseconds * cosine_h
            + terms.tf_arcseconds * (cosine_lat * cosine_h * sine_d - sine_lat * cosine_d)
        )
        line = np.array([cosine_d * cosine_h, cosine_d * sine_h, sine_d])
        west = np.array([-sine_h, cosine_h, np.zeros_like(sine_h)])
        up = np.array([-sine_d * cosine_h, -sine_d * sine_h, cosine_d])
        seen = line + _ARCSECOND * (westward * west + northward * up)
        return np.asarray(seen / np.linalg.norm(seen, axis=0))


def sky_of(direction: Floats) -> tuple[Floats, Floats]:
    """Return hour angle and declination, degrees, of unit vectors (3, n)."""
    return (
        np.degrees(np.arctan2(direction[1], direction[0])),
        np.degrees(np.arctan2(direction[2], np.hypot(direction[0], direction[1]))),
    )


def true_pointing(place: Place, times: Floats, line: Floats, above: Floats) -> TruePointing:
    """Return where on the sky a line of sight is, and how the field stands there."""
    sidereal = sidereal_degrees(place, times)
    (hour, dec), (hour_above, dec_above) = sky_of(line), sky_of(above)
    ra, dec = to_icrs(sidereal - hour, dec, times)
    ra_above, dec_above = to_icrs(sidereal - hour_above, dec_above, times)
    angle = position_angle_degrees(ra, dec, ra_above, dec_above)
    return TruePointing(np.asarray(ra), np.asarray(dec), np.asarray(angle))


def driven_axes(hour: Axis, dec: Axis, times: Floats) -> tuple[Floats, Floats]:
    """Return where the two axes are, with the backlash of their gears."""
    return hour.timeline.driven(times), dec.timeline.driven(times)
