"""What a weather station may measure: ASCOM's names, and ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sensor:
    """One quantity: the field that it becomes, its unit, and what it is."""

    field: str
    unit: str
    description: str


SENSORS: Mapping[str, Sensor] = {
    "CloudCover": Sensor("cloud_cover", "%", "How much of the sky clouds cover"),
    "DewPoint": Sensor("dew_point", "C", "Dew point"),
    "Humidity": Sensor("humidity", "%", "Relative humidity"),
    "Pressure": Sensor("pressure", "hPa", "Pressure at the height of the site"),
    "RainRate": Sensor("rain_rate", "mm/h", "Rain"),
    "SkyBrightness": Sensor("sky_brightness", "lx", "Light of the sky"),
    "SkyQuality": Sensor("sky_quality", "mag/arcsec2", "Darkness of the sky"),
    "SkyTemperature": Sensor("sky_temperature", "C", "Temperature of the sky in the infrared"),
    "StarFWHM": Sensor("seeing", "arcsec", "Width of stars at the zenith"),
    "Temperature": Sensor("temperature", "C", "Temperature of the air"),
    "WindDirection": Sensor("wind_direction", "deg", "Where the wind comes from, north 360, 0 without wind"),
    "WindGust": Sensor("wind_gust", "m/s", "Strongest wind of the last minutes"),
    "WindSpeed": Sensor("wind_speed", "m/s", "Wind"),
}
