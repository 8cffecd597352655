"""Angles as people write them."""

from __future__ import annotations

import math
import re

from ocs_sim.almanac._errors import BadAngle

# One to three numbers, each with a separator or unit behind it.
_ANGLE = re.compile(
    r"""(?P<sign>[+\-\u2212]?)\s*
        (?P<whole>\d+(?:\.\d*)?|\.\d+)\s*
        (?:(?P<unit>[hd:\u00b0]|\s)\s*
            (?:(?P<minutes>\d+(?:\.\d*)?)\s*
                (?:[m:'\u2032]|\s|$)\s*
                (?:(?P<seconds>\d+(?:\.\d*)?)\s*(?:s|"|\u2033|'')?)?
            )?
        )?""",
    re.VERBOSE | re.IGNORECASE,
)


def parse_right_ascension(value: str | float) -> float:
    """Return degrees, 0 <= ra < 360.

    A number, or a text with only one number, is degrees (`83.82`); sexagesimal text is hours (`05:35:17.3`,
    `5h35m17.3s`, `05 35 17.3`) unless it says degrees (`83d49m`). Raises BadAngle.
    """
    degrees = parse_angle(value, sexagesimal_is_hours=True, what="right ascension")
    if not 0.0 <= degrees <= 360.0:
        raise BadAngle(
            text=value, what="right ascension", fault="it must be 0 to 360 degrees, or 0 to 24 hours"
        )
    return degrees % 360.0


def parse_declination(value: str | float) -> float:
    """Return degrees, -90 to 90, from a number or text (`-5.39`, `-05:23:28`); raises BadAngle."""
    degrees = parse_angle(value, what="declination")
    if not -90.0 <= degrees <= 90.0:
        raise BadAngle(text=value, what="declination", fault="it must be -90 to 90 degrees")
    return degrees


def parse_angle(value: str | float, *, sexagesimal_is_hours: bool = False, what: str = "angle") -> float:
    """Return degrees from a number of degrees, or from decimal or sexagesimal text; raises BadAngle.

    Unit letters decide (`h`, `d`); without them sexagesimal text is degrees, or hours if so told.
    """
    if isinstance(value, int | float):
        return _finite(float(value), value, what)
    match = _ANGLE.fullmatch(value.strip())
    if not match:
        raise BadAngle(
            text=value, what=what, fault="write degrees, as 83.82, or three numbers, as 05:35:17.3"
        )
    minutes, seconds = (float(match[name] or 0.0) for name in ("minutes", "seconds"))
    if minutes >= 60.0 or seconds >= 60.0:
        raise BadAngle(text=value, what=what, fault="minutes and seconds must be below 60")
    size = float(match["whole"]) + minutes / 60.0 + seconds / 3600.0
    is_hours = (match["unit"] or "").lower() == "h" or (
        sexagesimal_is_hours
        and match["minutes"] is not None
        and (match["unit"] or "") not in ("d", "D", "\u00b0")
    )
    return (-size if match["sign"] in ("-", "\u2212") else size) * (15.0 if is_hours else 1.0)


def format_hours(hours: float, decimals: int = 2) -> str:
    """Return `05:35:17.30` for hours; a whole turn comes out as 00:00:00.00."""
    return _format(hours % 24.0, decimals, wrap=24)


def format_degrees(degrees: float, decimals: int = 1) -> str:
    """Return `-05:23:28.0`, always with its sign."""
    return ("-" if degrees < 0.0 else "+") + _format(abs(degrees), decimals)


def format_right_ascension(ra_degrees: float, decimals: int = 2) -> str:
    """Return a right ascension in degrees as hours, minutes and seconds."""
    return format_hours(ra_degrees / 15.0, decimals)


def format_declination(dec_degrees: float, decimals: int = 1) -> str:
    """Return a declination as degrees, minutes and seconds of arc."""
    return format_degrees(dec_degrees, decimals)


def _finite(degrees: float, value: object, what: str) -> float:
    if not math.isfinite(degrees):
        raise BadAngle(text=value, what=what, fault="it must be a finite number")
    return degrees


def _format(size: float, decimals: int, wrap: int | None = None) -> str:
    # Rounded as a whole first, so that 59.99 seconds do not become 60.
    units = round(size * 3600.0 * 10**decimals)
    seconds, part = divmod(units, 10**decimals)
    whole, seconds = divmod(seconds, 3600)
    whole = whole % wrap if wrap else whole
    text = f"{whole:02d}:{seconds // 60:02d}:{seconds % 60:02d}"
    return f"{text}.{part:0{decimals}d}" if decimals else text
