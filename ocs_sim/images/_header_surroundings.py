"""The cards that say where an image was taken from and towards, and in what weather."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ocs_sim.images._cards import Card
from ocs_sim.images._surroundings import Dome, Pointing, Site, Weather

_WGS84 = 1
# Radius in metres and flattening of the ellipsoid which FITS prescribes for OBSGEO-L, -B and -H.
_IAU_1976 = (6_378_140.0, 1 / 298.2577)
_DEGREES_PER_HOUR = 15.0


def site_cards(site: Site) -> Iterator[Card]:
    """Return where the observatory is, geodetic and geocentric."""
    yield Card("SITEID", site.code, "code of the site")
    yield Card("OBSERVAT", site.name, "name of the observatory")
    yield Card("SITELAT", site.latitude_degrees, "[deg] latitude, WGS84, north positive")
    yield Card("SITELONG", site.longitude_degrees, "[deg] longitude, WGS84, east positive")
    yield Card("SITEELEV", site.elevation_metres, "[m] height above the ellipsoid, WGS84")
    yield from _geocentric_cards(site)


def _geocentric_cards(site: Site) -> Iterator[Card]:
    """Return the position for programs (FITS standard 4.0, section 9.2.3 and table 22)."""
    import erfa

    place = (math.radians(site.longitude_degrees), math.radians(site.latitude_degrees))
    geocentric = [round(float(metres), 3) for metres in erfa.gd2gc(_WGS84, *place, site.elevation_metres)]
    for axis, metres in zip("XYZ", geocentric, strict=True):
        yield Card(f"OBSGEO-{axis}", metres, "[m] geocentric position, ITRF")
    longitude, latitude, height = erfa.gc2gde(*_IAU_1976, geocentric)
    yield Card("OBSGEO-L", round(math.degrees(longitude), 9), "[deg] longitude, IAU 1976 ellipsoid")
    yield Card("OBSGEO-B", round(math.degrees(latitude), 9), "[deg] latitude, IAU 1976 ellipsoid")
    yield Card("OBSGEO-H", round(float(height), 3), "[m] height, IAU 1976 ellipsoid")


def pointing_cards(pointing: Pointing) -> Iterator[Card]:
    """Return where the mount was commanded to point."""
    yield Card("RA", float(pointing.ra_degrees), "[deg] right ascension as commanded")
    yield Card("DEC", float(pointing.dec_degrees), "[deg] declination as commanded")
    yield Card("RAHRS", pointing.ra_degrees / _DEGREES_PER_HOUR, "[h] right ascension as commanded")
    yield Card("RADESYS", "ICRS", "frame of RA, DEC, OBJCTRA, OBJCTDEC and the WCS")
    yield Card("EQUINOX", 2000.0, "[yr] equinox, for who needs one")
    yield Card("POSANGLE", pointing.position_angle_degrees, "[deg] of the columns, from north through east")
    yield Card(
        "PIERSIDE",
        pointing.pier_side.upper() if pointing.pier_side else None,
        "side of the pier the mount is on",
    )
    yield Card("TRACKING", pointing.tracking, "T if the mount was tracking")


def dome_cards(dome: Dome) -> Iterator[Card]:
    """Return the dome's cards."""
    yield Card("DOMEAZ", dome.azimuth_degrees, "[deg] azimuth of the dome's slit")
    yield Card("DOMESHUT", dome.shutter.upper() if dome.shutter else None, "the dome's shutter")


def weather_cards(weather: Weather) -> Iterator[Card]:
    """Return the weather's cards."""
    yield Card("AMBTEMP", weather.temperature_celsius, "[degC] temperature of the air")
    yield Card("HUMIDITY", weather.humidity_percent, "[%] relative humidity")
    yield Card("DEWPOINT", weather.dew_point_celsius, "[degC] dew point")
    yield Card("PRESSURE", weather.pressure_hpa, "[hPa] pressure of the air at the site")
    yield Card("WINDSPD", weather.wind_speed_metres_per_second, "[m/s] speed of the wind")
    yield Card("WINDGUST", weather.wind_gust_metres_per_second, "[m/s] speed of gusts")
    yield Card("WINDDIR", weather.wind_direction_degrees, "[deg] where the wind comes from")
    yield Card("CLOUDCVR", weather.cloud_percent, "[%] cloud cover")
    yield Card("RAINRATE", weather.rain_rate_millimetres_per_hour, "[mm/h] rain")
    yield Card("SKYTEMP", weather.sky_temperature_celsius, "[degC] temperature of the sky in the infrared")
    yield Card(
        "MPSAS", weather.sky_quality_magnitudes_per_square_arcsecond, "[mag/arcsec2] brightness of the sky"
    )
    yield Card("SEEING", weather.seeing_arcseconds, "[arcsec] seeing, full width at half maximum")
