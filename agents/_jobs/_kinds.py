"""What kinds of values parameters are, and how each becomes what our operations take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ocs_sim.almanac import parse_angle, parse_declination, parse_right_ascension

from ._areas import part_of_sensor
from ._numbers import boolean, integer, not_negative, number, one_of, text

_DEGREES_PER_HOUR = 15.0
_HOURS = 24.0
_FRAMES = {
    "icrs": "icrs",
    "fk5": "fk5",
    "j2000": "fk5",
    "galactic": "galactic",
    "apparent": "apparent",
    "jnow": "apparent",
    "now": "apparent",
    "eod": "apparent",
    "of date": "apparent",
}
_IMAGE_TYPES = {
    **dict.fromkeys(("bias", "zero"), "bias"),
    "dark": "dark",
    **dict.fromkeys(("flat", "skyflat", "sky flat", "screenflat", "screen flat", "domeflat"), "flat"),
    **dict.fromkeys(
        ("light", "focus", "pointing", "experimental", "expose", "standard", "test", "autofocus", "object"),
        "light",
    ),
}
_PLAIN_BINNINGS = ("optimal", "default", "full", "native", "fine")


def hours(value: Any) -> float:
    """Return degrees of hours: a number, its text, or `05:35:17.3` or `5h35m17.3s`. Raises ValueError."""
    try:
        read = number(value)
    except ValueError:
        how = "write hours, as 5.59, or 05:35:17.3"
        degrees = _sexagesimal(value, parse_right_ascension, "right ascension", how)
    else:
        degrees = read * _DEGREES_PER_HOUR
    if not 0 <= degrees <= _HOURS * _DEGREES_PER_HOUR:
        raise ValueError(f"must be 0 to 24 hours: {value!r}")
    return degrees % 360.0


def hour_angle(value: Any) -> float:
    """Return hours from -24 to 24: a number, or its text, or `-01:30:00`. Raises ValueError."""
    try:
        read = number(value)
    except ValueError:
        parse = partial(parse_angle, what="hour angle")
        read = _sexagesimal(value, parse, "hour angle", "write hours, as -1.5, or -01:30:00")
    if not -_HOURS <= read <= _HOURS:
        raise ValueError(f"must be -24 to 24 hours: {value!r}")
    return read


def declination(value: Any) -> float:
    """Return degrees of a number, its text, or `-05:23:28`. Raises ValueError."""
    try:
        read = number(value)
    except ValueError:
        how = "write degrees, as -5.39, or -05:23:28"
        read = _sexagesimal(value, parse_declination, "declination", how)
    if not -90 <= read <= 90:
        raise ValueError(f"must be -90 to 90 degrees: {value!r}")
    return read


def altitude(value: Any) -> float:
    """Return degrees from -90 to 90. Raises ValueError."""
    return declination(value)


def azimuth(value: Any) -> float:
    """Return degrees from -360 to 360. Raises ValueError."""
    read = number(value)
    if not -360 <= read <= 360:
        raise ValueError(f"must be 0 to 360 degrees: {value!r}")
    return read


def frame(value: Any) -> str:
    """Return the frame of coordinates as Mount.goto calls it. Raises ValueError."""
    return str(one_of(value, _FRAMES, "frame"))


def image_type(value: Any) -> str:
    """Return what Camera.expose calls it: every image of the sky is a light. Raises ValueError."""
    return str(one_of(value, _IMAGE_TYPES, "image type"))


def filter_name(value: Any) -> str | int:
    """Return a filter's name, or its slot, from 0, where it is a number. Raises ValueError."""
    try:
        return integer(value)
    except ValueError:
        return text(value)


def binning(value: Any) -> int:
    """Return the binning in both directions, from `2`, `"2"`, `[2, 2]` or `"2x2"`; `optimal` is 1.

    Raises ValueError.
    """
    if isinstance(value, list | tuple):
        parts = list(value)
    else:
        word = text(value).casefold()
        if word in _PLAIN_BINNINGS:
            return 1
        parts = word.replace("x", " ").replace(",", " ").split()
    numbers = {integer(each) for each in parts}
    if len(numbers) != 1:
        raise ValueError(f"must be the same in both directions: {value!r}")
    return numbers.pop()


def _sexagesimal(value: Any, parse: Callable[[str], float], what: str, how: str) -> float:
    if not isinstance(value, str):
        raise ValueError(f"is no number: {value!r}")
    try:
        return float(parse(value.strip()))
    except ValueError:
        # The parsers say how to write degrees, which is not what jobs give of right ascensions.
        raise ValueError(f"is no {what}: {value!r} ({how})") from None


KINDS: Mapping[str, Callable[[Any], Any]] = {
    "text": text,
    "number": number,
    "integer": integer,
    "boolean": boolean,
    "seconds": not_negative,
    "hours": hours,
    "hour_angle": hour_angle,
    "declination": declination,
    "altitude": altitude,
    "azimuth": azimuth,
    "degrees": number,
    "frame": frame,
    "image_type": image_type,
    "filter": filter_name,
    "binning": binning,
    "part": part_of_sensor,
}
"""By the names that rows and site files use: each takes a job's value, and raises ValueError."""
