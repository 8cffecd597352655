"""Numbers that say their unit in their name, given as plain numbers or as astropy's Quantities.

What is kept inside is plain: a fact called `focal_length_millimetres` is a float in millimetres whether
3.0 * u.m or 3000.0 was passed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias

from ocs_sim.images._errors import BadFact

if TYPE_CHECKING:
    from astropy.units import Quantity

    Number: TypeAlias = float | Quantity
else:
    Number = Any

# The end of a fact's name -> its unit, as astropy spells it. Longer ends stand before what they end with.
UNITS: Mapping[str, str] = {
    "_electrons_per_adu": "electron / adu",
    "_metres_per_second": "m / s",
    "_millimetres_per_hour": "mm / h",
    "_magnitudes_per_square_arcsecond": "mag / arcsec2",
    "_arcseconds_per_pixel": "arcsec / pix",
    "_electrons": "electron",
    "_millimetres": "mm",
    "_micrometres": "um",
    "_metres": "m",
    "_seconds": "s",
    "_arcseconds": "arcsec",
    "_degrees": "deg",
    "_celsius": "deg_C",
    "_percent": "percent",
    "_hpa": "hPa",
    "_adu": "adu",
}


def plain_number(name: str, value: Any) -> Any:
    """Return `value` in the unit that `name` ends with; raises BadFact for another kind of unit."""
    if value is None or isinstance(value, bool | str):
        return value
    if hasattr(value, "unit"):
        value = _in_unit(name, value)
    number = float(value)
    if not math.isfinite(number):
        raise BadFact(what=name, value=value, reason="it is not finite; leave it out if it is unknown")
    return number


def _unit(name: str) -> str:
    return next((unit for end, unit in UNITS.items() if f"_{name}".endswith(end)), "")


def _in_unit(name: str, value: Any) -> float:
    from astropy.units import UnitConversionError, temperature

    try:
        return float(value.to_value(_unit(name), equivalencies=temperature()))
    except (UnitConversionError, TypeError) as error:
        raise BadFact(what=name, value=str(value), reason=str(error)) from error


def keep_plain(facts: Any) -> None:
    """Replace what is a Quantity in a frozen dataclass by a plain number; to be called by __post_init__."""
    for field in fields(facts):
        if _unit(field.name):
            object.__setattr__(facts, field.name, plain_number(field.name, getattr(facts, field.name)))


def unix_seconds(moment: Any) -> float:
    """Return a moment, unix seconds or an astropy Time or an aware datetime, as unix seconds UTC."""
    if hasattr(moment, "unix"):
        return float(moment.unix)
    if hasattr(moment, "timestamp"):
        return float(moment.timestamp())
    return float(moment)


def icrs_degrees(coordinate: Any) -> tuple[float, float]:
    """Return right ascension and declination of an astropy SkyCoord in ICRS, in degrees."""
    icrs = coordinate.icrs
    return float(icrs.ra.deg), float(icrs.dec.deg)
