"""What can go wrong when an image is measured."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class PipelineError(ObservatoryError):
    """An image could not be measured."""


class BadImage(PipelineError, ValueError):
    """{what} is no image that stars can be looked for in: {fault}."""


class NotSolved(PipelineError):
    """Where the image points was not found: {fault}. Expose longer, or search farther from what was meant."""


class NoZeroPoint(PipelineError):
    """The zero point needs at least {needed} unsaturated catalogue stars: there are {found}."""
