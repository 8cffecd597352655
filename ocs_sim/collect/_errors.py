"""What can go wrong while missing blocks are collected."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class CollectError(ObservatoryError):
    """Missing blocks cannot be collected."""


class BadReplay(CollectError, ValueError):
    """{agent} answers `{procedure}` with something else than a replay: {fault}."""


class MetricsPortTaken(CollectError):
    """Metrics are not served at {interface}:{port} ({fault}). Choose another --metrics-port, or free it."""
