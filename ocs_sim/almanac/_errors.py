"""What can go wrong in the almanac.

AlmanacError
`- BadAngle    a text that should be an angle is none
"""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class AlmanacError(ObservatoryError):
    """Something in the almanac went wrong."""


class BadAngle(AlmanacError, ValueError):
    """{text!r} is no {what}: {fault}."""
