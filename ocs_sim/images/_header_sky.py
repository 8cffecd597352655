"""The cards that say where in the sky of the place an image was taken, in the middle of the exposure."""

from __future__ import annotations

from collections.abc import Iterator

from ocs_sim.images._cards import Card
from ocs_sim.images._surroundings import Pointing, Site

_DEGREES_PER_HOUR = 15.0


def horizontal_cards(pointing: Pointing, site: Site | None, unix: float) -> Iterator[Card]:
    """Return hour angle, sidereal time, altitude, azimuth, airmass; what the pointing has is not computed."""
    from ocs_sim.almanac import (
        Place,
        airmass,
        hour_angle_degrees,
        icrs_to_apparent,
        sidereal_time_hours,
        to_horizontal,
    )

    altitude, azimuth = pointing.altitude_degrees, pointing.azimuth_degrees
    if site:
        place = Place(site.latitude_degrees, site.longitude_degrees, site.elevation_metres)
        ra, dec = icrs_to_apparent(pointing.ra_degrees, pointing.dec_degrees, unix)
        hour_angle = hour_angle_degrees(place, unix, ra)
        computed = to_horizontal(hour_angle, dec, place.latitude_degrees)
        altitude = round(float(computed[0]), 6) if altitude is None else altitude
        azimuth = round(float(computed[1]), 6) if azimuth is None else azimuth
        yield Card(
            "HA", round(float(hour_angle) / _DEGREES_PER_HOUR, 7), "[h] hour angle at DATE-AVG, west positive"
        )
        yield Card(
            "LST", round(float(sidereal_time_hours(place, unix)), 7), "[h] local sidereal time at DATE-AVG"
        )
    yield Card("ALTITUDE", altitude, "[deg] altitude at DATE-AVG, no refraction")
    yield Card("AZIMUTH", azimuth, "[deg] azimuth at DATE-AVG, north 0, east 90")
    if altitude is not None and altitude > 0:
        yield Card("AIRMASS", round(float(airmass(altitude)), 6), "airmass at DATE-AVG, Pickering 2002")


def light_cards(pointing: Pointing | None, site: Site, unix: float) -> Iterator[Card]:
    """Return how high the Sun and the Moon stood, and what the Moon can do to the image."""
    from ocs_sim.almanac import Place, icrs_to_apparent, moon, separation_degrees, sun

    place = Place(site.latitude_degrees, site.longitude_degrees, site.elevation_metres)
    bright = moon(place, unix)
    yield Card("SUNALT", round(float(sun(place, unix).altitude_degrees), 4), "[deg] altitude of the Sun")
    yield Card("MOONALT", round(float(bright.altitude_degrees), 4), "[deg] altitude of the Moon")
    yield Card("MOONFRAC", round(float(bright.illuminated_fraction), 4), "lit fraction of the Moon's disc")
    if pointing:
        ra, dec = icrs_to_apparent(pointing.ra_degrees, pointing.dec_degrees, unix)
        away = separation_degrees(ra, dec, bright.ra_degrees, bright.dec_degrees)
        yield Card("MOONSEP", round(float(away), 4), "[deg] from the pointing to the Moon")
