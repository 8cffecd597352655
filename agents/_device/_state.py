"""Where a link to a device stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class LinkState(Enum):
    """Never tried yet; being connected; in use; lost, or never found; given up for good.

    new -> connecting -> connected -> lost -> connecting ..., and closed from each of them.
    """

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    CLOSED = "closed"


ALLOWED: Mapping[LinkState, frozenset[LinkState]] = {
    LinkState.NEW: frozenset({LinkState.CONNECTING, LinkState.CLOSED}),
    LinkState.CONNECTING: frozenset({LinkState.CONNECTED, LinkState.LOST, LinkState.CLOSED}),
    LinkState.CONNECTED: frozenset({LinkState.LOST, LinkState.CLOSED}),
    LinkState.LOST: frozenset({LinkState.CONNECTING, LinkState.CLOSED}),
    LinkState.CLOSED: frozenset(),
}
