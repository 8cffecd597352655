"""A whole header from the facts about an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ocs_sim.images._cards import Card, further, put
from ocs_sim.images._facts import Facts
from ocs_sim.images._header_instrument import detector_cards, optics_cards
from ocs_sim.images._header_observation import (
    exposure_cards,
    name_cards,
    observer_cards,
    software_cards,
    stack_cards,
    target_cards,
)
from ocs_sim.images._header_sky import horizontal_cards, light_cards
from ocs_sim.images._header_surroundings import (
    dome_cards,
    pointing_cards,
    site_cards,
    weather_cards,
)
from ocs_sim.images._wcs import commanded_projection_of

if TYPE_CHECKING:
    from astropy.io.fits import Header

_SKY = ("light", "focus")


def build_header(facts: Facts) -> Header:
    """Return the header of an image: what docs/reference/images.md lists and `facts` has values for.

    The keys which say how the pixels are stored (SIMPLE, BITPIX, NAXIS ...) are added when it is written.
    Raises BadFact for a value that no header can hold.
    """
    from astropy.io.fits import Header

    header = Header()
    put(header, _cards(facts))
    put(header, further(facts.more))
    return header


def _cards(facts: Facts) -> Iterator[Card]:
    yield from _about_the_observation(facts)
    if facts.optics:
        yield from optics_cards(facts.optics, facts.detector)
    if facts.detector:
        yield from detector_cards(facts.detector, facts.name.instrument if facts.name else None)
    if facts.site:
        yield from site_cards(facts.site)
    if facts.pointing:
        yield from pointing_cards(facts.pointing)
        yield from horizontal_cards(facts.pointing, facts.site, facts.exposure.middle)
    if facts.site:
        yield from light_cards(facts.pointing, facts.site, facts.exposure.middle)
    if facts.dome:
        yield from dome_cards(facts.dome)
    if facts.weather:
        yield from weather_cards(facts.weather)
    yield from software_cards(facts.simulation)
    if facts.exposure.image_type in _SKY:
        projection = commanded_projection_of(facts)
        yield from projection.cards() if projection else ()


def _about_the_observation(facts: Facts) -> Iterator[Card]:
    yield from exposure_cards(facts.exposure)
    if facts.target:
        yield from target_cards(facts.target)
    if facts.observer:
        yield from observer_cards(facts.observer)
    yield from name_cards(facts)
    yield from stack_cards(facts.stack)
