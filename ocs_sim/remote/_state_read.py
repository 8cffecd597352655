"""The sections of a state document that has texts only, as the original simulator writes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

_DEGREES_PER_HOUR = 15.0


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _hours(text: str) -> float:
    return _number(text) * _DEGREES_PER_HOUR


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _steps(text: str) -> int:
    return int(_number(text))


_READERS: Mapping[str, Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "mount": {
        "mnt1_ra": ("ra_degrees", _hours),
        "mnt1_dec": ("dec_degrees", _number),
        "mnt1_az": ("azimuth_degrees", _number),
        "mnt1_alt": ("altitude_degrees", _number),
        "mnt1_air": ("airmass", _number),
        "mnt1_sid": ("sidereal_time_hours", _number),
        "mnt1_is_parked": ("is_parked", _truth),
        "mnt1_is_tracking": ("is_tracking", _truth),
        "mnt1_is_slewing": ("is_slewing", _truth),
    },
    "camera": {
        "rot1_rotation": ("rotator_degrees", _number),
        "foc1_focus": ("focus_steps", _steps),
        "foc1_foctemp": ("focus_celsius", _number),
    },
    "image": {
        "cam1_last_exposure_time": ("exposure_seconds", _number),
        "cam1_binX": ("binning", _steps),
    },
}


def section_from_words(section: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Return what the texts tell of a section; what cannot be read is left out."""
    found: dict[str, Any] = {}
    for word, (name, read) in _READERS.get(section, {}).items():
        try:
            found[name] = read(words[word])
        except (KeyError, ValueError):
            continue
    return found
