"""What can go wrong with children."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class SupervisionError(ObservatoryError):
    """A child process cannot be looked after."""


class NotSpawned(SupervisionError):
    """{label} could not be started: {reason}. The command was: {command}"""


class AlreadyLookedAfter(SupervisionError):
    """Process {pid} looks after host {host!r} already; stop it first (`obsbow down`). It holds {path}."""


class RequestRefused(SupervisionError, ValueError):
    """Nothing was changed: {faults}"""
