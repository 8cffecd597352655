"""What can go wrong with stars and catalogues."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class SkyError(ObservatoryError):
    """There is a problem with the stars."""


class NoSuchStar(SkyError, LookupError):
    """No star is called {name!r}.{hint} `ocs_sim.sky.named_stars().names` lists them."""


class BadCatalogue(SkyError, ValueError):
    """{path} cannot be used as a catalogue of stars: {fault}."""
