"""Astropy, kept from the network, is what the almanac is held against."""

from contextlib import contextmanager
from datetime import UTC, datetime

from astropy import units
from astropy.coordinates import EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers

from ocs_sim.almanac import Place

SAN_JUAN = Place(-31.8023, -69.3265, 2420.0)
# Both sides of a leap second (end of 2016), and a moment beyond which Earth rotation is only predicted.
MOMENTS = [1_000_000_000.0, 1_483_228_790.0, 1_483_228_810.0, 1_718_000_000.25, 1_795_300_000.5]


@contextmanager
def offline():
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("auto_max_age", None):
        yield


def location(place=SAN_JUAN):
    return EarthLocation.from_geodetic(
        place.longitude_degrees * units.deg,
        place.latitude_degrees * units.deg,
        place.elevation_metres * units.m,
    )


def moment(unix):
    # Its "unix" format smears a leap second over the day; the calendar does not.
    return Time(datetime.fromtimestamp(unix, UTC), scale="utc", location=location())


def icrs(ra_degrees, dec_degrees):
    return SkyCoord(ra_degrees * units.deg, dec_degrees * units.deg, frame="icrs")
