"""The brightest stars of a part of the sky, however deep one has to look for them."""

from __future__ import annotations

from ocs_sim.pipeline._tangent import Tangent
from ocs_sim.sky import Catalogue, Stars

MAGNITUDES = (9.0, 11.0, *(float(magnitude) for magnitude in range(12, 22)))


def brightest_stars(
    catalogue: Catalogue, tangent: Tangent, radius_degrees: float, number: int, unix: float | None
) -> Stars:
    """Return so many stars within a radius, brightest first; fewer if the catalogue has no more."""
    position = (tangent.ra_degrees, tangent.dec_degrees)
    for magnitude in MAGNITUDES:
        stars = catalogue.stars_near(*position, radius_degrees, magnitude, unix=unix)
        if len(stars) >= number:
            break
    return stars[:number]
