"""What is known of one agent's runs: from its heartbeats, from its index, from its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ocs_sim.collect._answers import Index, Kept
from ocs_sim.collect._ports import Heard, Holes
from ocs_sim.collect._reasons import FORGOTTEN, began_before, cut_off, evicted
from ocs_sim.collect._requests import GiveUp
from ocs_sim.wire import feed_address

_MOST_PAST_BOOTS = 32
# Of a feed with more holes than this the first ones are filled first.
_MOST_HOLES = 1000


@dataclass(frozen=True, slots=True)
class Stream:
    """One feed in one boot: what has numbers of its own."""

    boot_id: str
    feed: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What of a stream can be asked for, as ranges with both ends, and what is gone."""

    wanted: Sequence[tuple[int, int]]
    gone: Sequence[GiveUp]


class Knowledge:
    """What one agent is known to have sent, and to keep."""

    def __init__(self, agent_address: str) -> None:
        self.agent_address = agent_address
        self.boot_id: str | None = None
        self.index_wanted = False
        self._told: dict[str, int] = {}
        self._offered: tuple[str, ...] = ()
        # What the last heartbeats of earlier boots told.
        self._past: dict[str, Mapping[str, int]] = {}
        self._earlier: dict[str, dict[str, Kept]] = {}
        self._floors: dict[Stream, int] = {}
        # Where an agent's numbers end by its answers, and what was known to the contrary when it gave them.
        self._ceilings: dict[Stream, tuple[int, int]] = {}
        self._claimed: dict[Stream, int] = {}
        self._index_is_new = False

    def hear(self, heard: Heard) -> None:
        """Take a heartbeat."""
        if heard.boot_id != self.boot_id:
            self._restarted(heard.boot_id)
        offered = tuple(heard.earlier)
        if offered != self._offered:
            self._offered, self.index_wanted = offered, True
        self._told = dict(heard.feeds)

    def indexed(self, index: Index) -> None:
        """Take an index; one of another boot than the heartbeats' is asked for anew by the next of these."""
        self.index_wanted = False
        if index.boot_id != self.boot_id:
            return
        self._earlier = {boot_id: dict(feeds) for boot_id, feeds in index.earlier.items()}
        self._index_is_new = True
        for name, kept in index.feeds.items():
            self._raise_floor(Stream(index.boot_id, name), kept.oldest)
        for boot_id, feeds in index.earlier.items():
            for name, kept in feeds.items():
                self._raise_floor(Stream(boot_id, name), kept.oldest)

    def answered(self, stream: Stream, kept: Kept) -> None:
        """Take what an answer says of a stream besides its blocks."""
        self._raise_floor(stream, kept.oldest)
        if stream.boot_id == self.boot_id:
            # It may contradict its heartbeat, or its blocks: what was never published nobody can have.
            self._ceilings[stream] = (kept.next, self._claimed.get(stream, 0))
        elif stream.feed in self._earlier.get(stream.boot_id, {}):
            self._earlier[stream.boot_id][stream.feed] = kept

    def streams(self) -> list[Stream]:
        """Return everything that may be asked for."""
        found = [Stream(self.boot_id, feed) for feed in self._told] if self.boot_id is not None else []
        return found + [Stream(boot_id, feed) for boot_id, feeds in self._earlier.items() for feed in feeds]

    def find(self, stream: Stream, ledger: Holes) -> Finding:
        """Return what is missing of a stream."""
        address = feed_address(self.agent_address, stream.feed)
        floor, end, upto = self._bounds(stream, ledger.next(address, stream.boot_id))
        wanted: list[tuple[int, int]] = []
        gone: list[GiveUp] = []
        for first, last in ledger.holes(address, stream.boot_id, upto)[:_MOST_HOLES]:
            if first < floor:
                reason = _blame(first, stream.boot_id, ledger, evicted(floor))
                gone.append(GiveUp(address, stream.boot_id, first, min(last, floor - 1), reason))
            if max(first, floor) <= min(last, end - 1):
                wanted.append((max(first, floor), min(last, end - 1)))
            if last >= end:
                gone.append(GiveUp(address, stream.boot_id, max(first, end, floor), last, cut_off(end)))
        return Finding(wanted, gone)

    def forgotten(self, ledger: Holes) -> list[GiveUp]:
        """Return what is missing of the boots of which the agent, by its new index, has nothing any more."""
        if not self._index_is_new:
            return []
        found = [each for stream in self._lost_streams(ledger) for each in self._remains(stream, ledger)]
        if not found:
            self._index_is_new = False
            self._past = {boot_id: feeds for boot_id, feeds in self._past.items() if boot_id in self._earlier}
        return found

    def _restarted(self, boot_id: str) -> None:
        if self.boot_id is not None:
            self._past[self.boot_id] = self._told
            while len(self._past) > _MOST_PAST_BOOTS:
                del self._past[next(iter(self._past))]
        self.boot_id = boot_id
        self.index_wanted = True
        self._ceilings.clear()
        self._claimed.clear()
        self._floors = {
            stream: floor for stream, floor in self._floors.items() if stream.boot_id in self._past
        }

    def _raise_floor(self, stream: Stream, oldest: int) -> None:
        self._floors[stream] = max(oldest, self._floors.get(stream, 0))

    def _bounds(self, stream: Stream, following: int) -> tuple[int, int, int]:
        """Return from where on a stream is kept, up to where, and where it ended."""
        floor = self._floors.get(stream, 0)
        if stream.boot_id == self.boot_id:
            # What came live stands above holes too, whatever heartbeats say, or when there are none.
            claimed = self._claimed[stream] = max(self._told.get(stream.feed, 0), following)
            ceiling, when_claimed = self._ceilings.get(stream, (claimed, claimed))
            end = min(ceiling, claimed) if when_claimed == claimed else claimed
            return floor, end, end
        end = self._earlier[stream.boot_id][stream.feed].next
        told = self._past.get(stream.boot_id, {}).get(stream.feed, 0)
        return floor, end, max(end, told, following)

    def _lost_streams(self, ledger: Holes) -> Iterator[Stream]:
        prefix = feed_address(self.agent_address, "")
        names = set(self._told)
        names |= {address.removeprefix(prefix) for address in ledger.feeds() if address.startswith(prefix)}
        names |= {name for feeds in self._past.values() for name in feeds}
        for name in sorted(names):
            known = {
                *ledger.boots(prefix + name),
                *(boot for boot, feeds in self._past.items() if name in feeds),
            }
            for boot_id in sorted(known - {self.boot_id}):
                if name not in self._earlier.get(boot_id, {}):
                    yield Stream(boot_id, name)

    def _remains(self, stream: Stream, ledger: Holes) -> Iterator[GiveUp]:
        address = feed_address(self.agent_address, stream.feed)
        told = self._past.get(stream.boot_id, {}).get(stream.feed, 0)
        upto = max(told, ledger.next(address, stream.boot_id))
        for first, last in ledger.holes(address, stream.boot_id, upto):
            yield GiveUp(
                address, stream.boot_id, first, last, _blame(first, stream.boot_id, ledger, FORGOTTEN)
            )


def _blame(first: int, boot_id: str, ledger: Holes, reason: str) -> str | None:
    """Return the reason, or None when the blocks were published before there was an archive to miss them."""
    return None if first == 0 and began_before(boot_id, ledger.since) else reason
