"""The answers to `{address}.replay` and `.replay_index`: what was published, for those who missed it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from ocs_sim.agent._agent import Agent
from ocs_sim.agent._courier import Courier
from ocs_sim.agent._errors import NoSuchBoot, NoSuchFeed
from ocs_sim.agent._publication import Publication
from ocs_sim.agent._spilled_boot import SpilledBoot
from ocs_sim.wire import feed_address, split_feed_address, unpack_publication

_BYTES_PER_ANSWER = 2 * 2**20
# Unpacking many would keep the loop from everything else.
_PUBLICATIONS_PER_TURN = 64
_NEWEST = 2**63 - 1
_Answer = tuple[int, int, list[Publication], bool]


class Replay:
    """Gives again what an agent has published on its recorded feeds, in this boot and in earlier ones."""

    def __init__(self, agent: Agent[Any], courier: Courier) -> None:
        self._agent = agent
        self._log = courier.log
        self._spill = courier.spill

    async def handle(
        self,
        feed: str,
        from_seq: int = 0,
        to_seq: int | None = None,
        boot_id: str | None = None,
        packed: bool = False,
    ) -> dict[str, Any]:
        """Return the publications of a feed that have a block numbered `from_seq` to `to_seq`, both included.

        `{"boot_id", "oldest", "next", "publications", "more"}`: `publications` are as they were published,
        oldest first; with `packed`, each as msgpack. Blocks `oldest` to `next` - 1 can be had, except those
        that a failing disk did not take. With `more`, ask again from the number after the last one. What
        still waits for the router is not among them: it will be published. Raises NoSuchFeed, NoSuchBoot.
        """
        topic, last = feed_address(self._agent.context.address, feed), _NEWEST if to_seq is None else to_seq
        if boot_id is None or boot_id == self._agent.context.boot_id:
            boot_id = self._agent.context.boot_id
            self._check_feed(feed, ())
            oldest, following, chosen, more = self._present(topic, from_seq, last)
        else:
            boot = await self._find(boot_id)
            self._check_feed(feed, boot.topics())
            oldest, following = boot.bounds(topic) or (0, 0)
            chosen, more = _limited(boot.read(topic, from_seq, last))
        return {
            "boot_id": boot_id,
            "oldest": oldest,
            "next": following,
            "publications": [each.packed for each in chosen] if packed else await _unpacked(chosen),
            "more": more,
        }

    async def index(self) -> dict[str, Any]:
        """Return which blocks of each recorded feed can be had, of this boot and of earlier ones.

        `{"boot_id", "feeds", "earlier": [{"boot_id", "feeds"}]}`, where `feeds` maps a feed's name to
        `{"oldest", "next"}` as `handle` returns them.
        """
        earlier = []
        for boot_id in self._earlier():
            boot = await self._find(boot_id)
            bounds = {split_feed_address(topic)[1]: boot.bounds(topic) for topic in boot.topics()}
            earlier.append({"boot_id": boot_id, "feeds": _encode(bounds)})
        return {
            "boot_id": self._agent.context.boot_id,
            "feeds": _encode({name: self._bounds(topic) for name, topic in self._recorded().items()}),
            "earlier": earlier,
        }

    def _recorded(self) -> Mapping[str, str]:
        feeds = self._agent.feeds.items()
        return {name: each.info.address for name, each in feeds if each.feed.record}

    def _check_feed(self, feed: str, topics: Iterable[str]) -> None:
        known = dict.fromkeys([*self._recorded(), *(split_feed_address(each)[1] for each in topics)])
        if feed not in known:
            raise NoSuchFeed(name=feed, known=", ".join(known) or "none")

    def _earlier(self) -> list[str]:
        return self._spill.earlier() if self._spill is not None else []

    async def _find(self, boot_id: str) -> SpilledBoot:
        boot = await self._spill.boot(boot_id, _pause) if self._spill is not None else None
        if boot is None:
            known = [*self._earlier(), self._agent.context.boot_id]
            raise NoSuchBoot(boot_id=boot_id, known=", ".join(known))
        return boot

    def _bounds(self, topic: str) -> tuple[int, int]:
        oldest, following = self._log.bounds(topic)
        spilled = self._spill.present.bounds(topic) if self._spill is not None else None
        return (min(oldest, spilled[0]) if spilled is not None else oldest), following

    def _present(self, topic: str, first: int, last: int) -> _Answer:
        """Take from memory what is there, and what memory has lost from the files."""
        in_memory, following = self._log.bounds(topic)
        last = min(last, following - 1)
        kept, more = self._log.sent(topic, first, last, _BYTES_PER_ANSWER)
        spilled: Iterable[Publication] = ()
        if self._spill is not None and first < in_memory:
            spilled = self._spill.present.read(topic, first, min(last, in_memory - 1))
        chosen, cut = _limited(chain(spilled, kept))
        return self._bounds(topic)[0], following, chosen, cut or more


def _limited(publications: Iterable[Publication]) -> tuple[list[Publication], bool]:
    """Return as many as fit into an answer, but at least one, and whether there are more."""
    chosen: list[Publication] = []
    left = _BYTES_PER_ANSWER
    for each in publications:
        left -= each.size_bytes
        if chosen and left < 0:
            return chosen, True
        chosen.append(each)
    return chosen, False


async def _unpacked(publications: Sequence[Publication]) -> list[list[Any]]:
    unpacked = []
    for index, each in enumerate(publications):
        if index % _PUBLICATIONS_PER_TURN == 0:
            await _pause()
        unpacked.append(unpack_publication(each.packed))
    return unpacked


def _encode(bounds: Mapping[str, tuple[int, int] | None]) -> dict[str, dict[str, int]]:
    return {
        feed: {"oldest": found[0], "next": found[1]} for feed, found in bounds.items() if found is not None
    }


async def _pause() -> None:
    await asyncio.sleep(0)
