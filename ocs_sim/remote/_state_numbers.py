"""The same as numbers and truth values, with units in their names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_DECIMALS = 9

MOUNT = {
    "ra": "ra_degrees",
    "dec": "dec_degrees",
    "target_ra": "target_ra_degrees",
    "target_dec": "target_dec_degrees",
    "altitude": "altitude_degrees",
    "azimuth": "azimuth_degrees",
    "hour_angle": "hour_angle_hours",
    "sidereal_time": "sidereal_time_hours",
    "airmass": "airmass",
    "pier_side": "pier_side",
    "tracking": "is_tracking",
    "slewing": "is_slewing",
    "at_park": "is_parked",
    "at_home": "is_home",
    "sun_separation": "sun_separation_degrees",
}
CAMERA = {
    "ccd_temperature": "detector_celsius",
    "set_point": "set_point_celsius",
    "cooler_power": "cooler_power_percent",
    "cooler_on": "is_cooling",
    "heat_sink_temperature": "heat_sink_celsius",
    "state": "state",
    "progress": "progress_percent",
    "filter": "filter_slot",
    "focus_position": "focus_steps",
    "focus_temperature": "focus_celsius",
    "focus_moving": "is_focusing",
    "rotator_angle": "rotator_degrees",
    "rotator_mechanical": "rotator_mechanical_degrees",
    "rotator_moving": "is_rotating",
    "cover": "cover",
    "calibrator": "calibrator",
}
DOME = {
    "azimuth": "azimuth_degrees",
    "shutter": "shutter",
    "slewing": "is_slewing",
    "at_park": "is_parked",
    "at_home": "is_home",
    "slaved": "is_slaved",
    "required_azimuth": "required_azimuth_degrees",
    "azimuth_error": "azimuth_error_degrees",
}
WEATHER = {
    "cloud_cover": "cloud_cover_percent",
    "dew_point": "dew_point_celsius",
    "humidity": "humidity_percent",
    "pressure": "pressure_hectopascals",
    "rain_rate": "rain_millimetres_per_hour",
    "sky_brightness": "sky_brightness_lux",
    "sky_quality": "sky_quality_magnitudes",
    "sky_temperature": "sky_temperature_celsius",
    "seeing": "seeing_arcseconds",
    "temperature": "temperature_celsius",
    "wind_direction": "wind_direction_degrees",
    "wind_gust": "wind_gust_metres_per_second",
    "wind_speed": "wind_speed_metres_per_second",
    "age": "reading_age_seconds",
    "safe": "is_safe",
}


def numbers(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a feed's samples as they stand in a document, under names that say their units."""
    return {name: storable(told[field]) for field, name in names.items() if field in told}


def storable(value: Any) -> Any:
    """Return a value as documents take it: Decimal in place of float."""
    if value is None or isinstance(value, bool | str | int):
        return value
    # numpy's own kinds too, which are none of Python's.
    plain = value.item() if hasattr(value, "item") else value
    return Decimal(str(round(plain, _DECIMALS))) if isinstance(plain, float) else plain


def plain(value: Any) -> Any:
    """Return a value of a document with float in place of Decimal."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value
