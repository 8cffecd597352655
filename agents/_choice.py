"""Which agents an archive is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from ocs_sim.agent import AgentContext
from ocs_sim.site import Site
from ocs_sim.wire import agent_address, every_feed, split_feed_address

Hear = Callable[[bytes], None]


class Choice:
    """Instance ids with `*`, or with a `!` before each that is left out; none of them means everybody."""

    def __init__(self, patterns: Iterable[str]) -> None:
        patterns = list(patterns)
        self._left_out = [each[1:] for each in patterns if each.startswith("!")]
        self._wanted = [each for each in patterns if not each.startswith("!")]

    def covers(self, instance_id: str) -> bool:
        """Return whether an agent is one of them."""
        wanted = not self._wanted or _any(self._wanted, instance_id)
        return wanted and not _any(self._left_out, instance_id)

    def named_in(self, site: Site) -> list[str]:
        """Return those of a site file, on whatever host."""
        ids = (each.instance_id for host in site.hosts.values() for each in host.instances)
        return [each for each in dict.fromkeys(ids) if self.covers(each)]

    async def subscribe(self, context: AgentContext[Any], hear: Hear) -> None:
        """Have `hear` called with every publication of theirs, as msgpack, on feeds of any name."""
        root = context.address_root
        if self._wanted:
            # The router leaves out the others: an archive for each of many sites does not hear them all.
            for each in self.named_in(context.site):
                await context.subscribe(f"{agent_address(root, each)}.feeds.", hear, "wildcard", packed=True)
        elif self._left_out:

            def sift(publication: bytes, topic: str) -> None:
                address, _ = split_feed_address(topic)
                if self.covers(address.removeprefix(f"{root}.")):
                    hear(publication)

            await context.link.subscribe(every_feed(root), sift, "wildcard", with_topic=True, packed=True)
        else:
            await context.subscribe(every_feed(root), hear, "wildcard", packed=True)


def _any(patterns: Iterable[str], instance_id: str) -> bool:
    return any(fnmatchcase(instance_id, each) for each in patterns)
