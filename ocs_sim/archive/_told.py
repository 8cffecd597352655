"""What publishers say of themselves in their heartbeats, and what that shows to be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """The latest heartbeat of an agent that counts its blocks.

    `feeds` has, by the name of the feed, one past the number of the last block that was sent; `earlier`
    are boots whose publications the agent still has; `received` is the unix time of arrival.
    """

    boot_id: str
    feeds: Mapping[str, int]
    earlier: tuple[str, ...]
    received: float


@dataclass(frozen=True, slots=True)
class Missing:
    """Blocks, `first` to `last` inclusive, that were sent and that the archive does not have."""

    agent_address: str
    feed_address: str
    feed: str
    boot_id: str
    first: int
    last: int


def told(description: Mapping[str, Any], received: float) -> Told | None:
    """Return what a heartbeat's feed description tells; None from agents that do not count."""
    feeds, boot_id = description.get("feeds"), description.get("boot_id")
    if not isinstance(feeds, Mapping) or not boot_id:
        return None
    known = {str(name): number for name, number in feeds.items() if isinstance(number, int)}
    return Told(str(boot_id), known, tuple(map(str, description.get("earlier") or ())), received)
