"""The documented fields of a state document: texts, whatever they tell.

Source: the state rows of observatory_simulator, those of its first generation (April 2019) and what its last
one adds. Right ascension and sidereal time are in hours, all angles in degrees.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

NO_IMAGE = "empty"
"""What `cam1_last_image_name` says before there is an image."""
UNKNOWN = "unknown"
"""What any other field says that nobody knows."""
_CAMERA_STATES = ("Idle", "Waiting", "Exposing", "Reading", "Downloading", "Error")
_EXPOSING = 2
_DEGREES_PER_HOUR = 15.0

Values = Mapping[str, Any]


def mount_words(told: Values, sampled_unix: float | None) -> dict[str, str]:
    """Return the fields of a mount, from samples of feed `pointing`."""
    ra, altitude = told.get("ra"), told.get("altitude")
    fields = {
        "ra": None if ra is None else ra / _DEGREES_PER_HOUR,
        "dec": told.get("dec"),
        "is_parked": told.get("at_park"),
        "is_tracking": told.get("tracking"),
        "tracking_ra_rate": told.get("ra_rate"),
        "tracking_dec_rate": told.get("dec_rate"),
        "sid": told.get("sidereal_time"),
        "rdsys": "ICRS",
        "az": told.get("azimuth"),
        "alt": altitude,
        "zen": None if altitude is None else 90.0 - altitude,
        "air": told.get("airmass"),
        "inst": told.get("instance"),
        "is_slewing": told.get("slewing"),
        "timestamp": None if sampled_unix is None else int(sampled_unix),
    }
    return _words("mnt1", fields)


def camera_words(told: Values, image: Values) -> dict[str, str]:
    """Return the fields of a camera and what moves in front of it, from samples of feed `camera`."""
    state = told.get("state")
    camera = {
        "binX": image.get("binning"),
        "binY": image.get("binning"),
        "last_exposure_time": image.get("exposure"),
        "last_image_name": image.get("name", NO_IMAGE),
        "state": None if state is None else _state_word(int(state)),
        "exposing": None if state is None else state == _EXPOSING,
        "imgavail": bool(image),
    }
    rotator = {"rotation": told.get("rotator_angle"), "rot_moving": told.get("rotator_moving")}
    focuser = {
        "focus": told.get("focus_position"),
        "foctemp": told.get("focus_temperature"),
        "foc_moving": told.get("focus_moving"),
    }
    return {**_words("cam1", camera), **_words("rot1", rotator), **_words("foc1", focuser)}


def known(values: Values) -> dict[str, Any]:
    """Return what is known of a feed's samples: feeds say NaN or -1 of what is not."""
    return {name: value for name, value in values.items() if not _is_unknown(value)}


def _is_unknown(value: Any) -> bool:
    if value is None or isinstance(value, bool | str):
        return value is None
    return not math.isfinite(value) or (not isinstance(value, float) and value == -1)


def _words(device: str, fields: Values) -> dict[str, str]:
    return {f"{device}_{name}": UNKNOWN if value is None else str(value) for name, value in fields.items()}


def _state_word(state: int) -> str:
    return f"Camera {_CAMERA_STATES[state] if 0 <= state < len(_CAMERA_STATES) else 'Error'}"
