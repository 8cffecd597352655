"""The answers to `{address}.replay`: what was published lately, for a recorder that missed it."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent._agent import Agent
from ocs_sim.agent._courier import Courier
from ocs_sim.agent._errors import NoSuchFeed

_BYTES_PER_ANSWER = 2 * 2**20


class Replay:
    """Gives again what an agent has published on its recorded feeds since it started."""

    def __init__(self, agent: Agent[Any], courier: Courier) -> None:
        self._agent = agent
        self._courier = courier

    def handle(self, feed: str, from_seq: int = 0) -> dict[str, Any]:
        """Return the publications of a feed that have a block numbered `from_seq` or later.

        `{"boot_id", "oldest", "next", "publications", "more"}`: `publications` are as they were published,
        oldest first. `oldest` is the number of the first block that is still kept, `next` the one that the
        next block to be published will have. With `more`, ask again from the number after the last one.
        What still waits for the router is not among them: it will be published. Raises NoSuchFeed.
        """
        publisher = self._agent.feeds.get(feed)
        if publisher is None or not publisher.feed.record:
            known = [name for name, each in self._agent.feeds.items() if each.feed.record]
            raise NoSuchFeed(name=feed, known=", ".join(known) or "none")
        kept = self._courier.sent(publisher.info.address)
        chosen: list[list[Any]] = []
        size, more = 0, False
        for publication in kept:
            if publication.last_sequence < from_seq:
                continue
            more = bool(chosen) and size + publication.size_bytes > _BYTES_PER_ANSWER
            if more:
                break
            chosen.append(publication.argument)
            size += publication.size_bytes
        return {
            "boot_id": self._agent.context.boot_id,
            "oldest": kept[0].first_sequence if kept else publisher.blocks_published,
            "next": publisher.blocks_published,
            "publications": chosen,
            "more": more,
        }
