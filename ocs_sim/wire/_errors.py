"""What can be wrong with something that is meant for the wire."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class WireError(ObservatoryError):
    """Something does not fit the wire."""


class BadName(WireError, ValueError):
    """{name!r} cannot name a {what}: use {rule}."""


class BadBlock(WireError, ValueError):
    """Block {block!r} cannot be published: {faults}."""


class BadFeedMessage(WireError, ValueError):
    """The message on {topic} is not a feed message: {fault}."""
