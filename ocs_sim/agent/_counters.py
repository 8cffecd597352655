"""What has become of what was published on a feed."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class FeedCounters:
    """Blocks and bytes of one recorded feed since the agent started.

    `bytes` counts all that was published, `waiting` the blocks that the router has not been given yet,
    `dropped` those that it never will be: they made room for others, or were refused.
    """

    published: int = 0
    bytes: int = 0
    waiting: int = 0
    dropped: int = 0

    def encode(self) -> dict[str, int]:
        """Return the counters as heartbeats and `get_feeds` have them."""
        return asdict(self)
