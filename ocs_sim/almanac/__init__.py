"""Where things in the sky are: time, sidereal time, coordinates of date, Sun and Moon. Works offline.

Angles are degrees unless a name says hours; moments are unix seconds (UTC). Every function takes floats, and
numpy arrays which broadcast. Two frames are used: ICRS, and "apparent", which is the true equator and equinox
of date seen from the Earth's centre, without refraction: what an ASCOM mount with EquatorialSystem 1 speaks.

Names are imported at first use: who only reads angles does without numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.almanac._airmass import airmass
    from ocs_sim.almanac._bodies import Body, Moon, moon, sun
    from ocs_sim.almanac._errors import AlmanacError, BadAngle
    from ocs_sim.almanac._fk5 import fk5_to_icrs
    from ocs_sim.almanac._frames import apparent_to_icrs, icrs_to_apparent
    from ocs_sim.almanac._galactic import galactic_to_icrs, icrs_to_galactic
    from ocs_sim.almanac._horizontal import parallactic_angle_degrees, to_equatorial, to_horizontal
    from ocs_sim.almanac._night import night_start, solar_midnight
    from ocs_sim.almanac._place import Place
    from ocs_sim.almanac._sexagesimal import (
        format_declination,
        format_degrees,
        format_hours,
        format_right_ascension,
        parse_angle,
        parse_declination,
        parse_right_ascension,
    )
    from ocs_sim.almanac._sidereal import hour_angle_degrees, sidereal_time_hours
    from ocs_sim.almanac._sphere import offset_by, position_angle_degrees, separation_degrees

__all__ = [
    "AlmanacError",
    "BadAngle",
    "Body",
    "Moon",
    "Place",
    "airmass",
    "apparent_to_icrs",
    "fk5_to_icrs",
    "format_declination",
    "format_degrees",
    "format_hours",
    "format_right_ascension",
    "galactic_to_icrs",
    "hour_angle_degrees",
    "icrs_to_apparent",
    "icrs_to_galactic",
    "moon",
    "night_start",
    "offset_by",
    "parallactic_angle_degrees",
    "parse_angle",
    "parse_declination",
    "parse_right_ascension",
    "position_angle_degrees",
    "separation_degrees",
    "sidereal_time_hours",
    "solar_midnight",
    "sun",
    "to_equatorial",
    "to_horizontal",
]

_HOMES = {
    "AlmanacError": "_errors",
    "BadAngle": "_errors",
    "Body": "_bodies",
    "Moon": "_bodies",
    "Place": "_place",
    "airmass": "_airmass",
    "apparent_to_icrs": "_frames",
    "fk5_to_icrs": "_fk5",
    "format_declination": "_sexagesimal",
    "format_degrees": "_sexagesimal",
    "format_hours": "_sexagesimal",
    "format_right_ascension": "_sexagesimal",
    "galactic_to_icrs": "_galactic",
    "hour_angle_degrees": "_sidereal",
    "icrs_to_apparent": "_frames",
    "icrs_to_galactic": "_galactic",
    "moon": "_bodies",
    "night_start": "_night",
    "offset_by": "_sphere",
    "parallactic_angle_degrees": "_horizontal",
    "parse_angle": "_sexagesimal",
    "parse_declination": "_sexagesimal",
    "parse_right_ascension": "_sexagesimal",
    "position_angle_degrees": "_sphere",
    "separation_degrees": "_sphere",
    "sidereal_time_hours": "_sidereal",
    "solar_midnight": "_night",
    "sun": "_bodies",
    "to_equatorial": "_horizontal",
    "to_horizontal": "_horizontal",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
