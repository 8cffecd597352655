"""What the tests of the telescope measure with."""

import math

ARCSECONDS = 3600.0


def separation(ra1_hours, dec1, ra2_hours, dec2):
    """Return an angle in arcseconds, by haversines."""
    a, b = math.radians(dec1), math.radians(dec2)
    half = math.radians((ra1_hours - ra2_hours) * 15.0) / 2.0
    chord = math.sin((a - b) / 2.0) ** 2 + math.cos(a) * math.cos(b) * math.sin(half) ** 2
    return math.degrees(2.0 * math.asin(math.sqrt(chord))) * ARCSECONDS


def put(telescope, member, hours, degrees):
    """Send what alpyca does not offer any more, because it waits."""
    telescope._put(member, RightAscension=hours, Declination=degrees)


def distance(telescope, hours, degrees):
    return separation(telescope.RightAscension, telescope.Declination, hours, degrees)
