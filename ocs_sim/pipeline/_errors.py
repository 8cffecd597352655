"""What can go wrong when an image is measured."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class PipelineError(ObservatoryError):
    """An image could not be measured."""


class BadImage(PipelineError, ValueError):
    """{what} is no image that stars can be looked for in: {fault}."""


class NotSolved(PipelineError):
    """Where this image points could not be found: {fault}.

    A longer exposure shows more stars, and a larger search_arcminutes looks farther from the place that
    was meant.
    """


class NoZeroPoint(PipelineError):
    """The zero point needs at least {needed} unsaturated stars that are in the catalogue: there are
    {found}."""
