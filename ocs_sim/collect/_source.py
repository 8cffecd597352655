"""Collecting from one agent: one question at a time, and what follows from its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from ocs_sim.collect._answers import Answer, Index, Kept
from ocs_sim.collect._knowledge import Knowledge, Stream
from ocs_sim.collect._ports import Heard, Holes
from ocs_sim.collect._rate import BackOff
from ocs_sim.collect._reasons import NOT_ARCHIVED, NOT_KEPT
from ocs_sim.collect._requests import Ask, AskBlocks, AskIndex, GiveUp

_MOST_TRIES = 3
# Without heartbeats the holes between live blocks are found all the same, only later.
_LOOK_SECONDS = 5.0


class Phase(Enum):
    """Where the conversation stands.

    idle -> asking -> (continuing -> asking)* -> settling -> idle; settling is waiting until the archive has
    what it was given, so that the ledger can be believed again.
    """

    IDLE = "idle"
    ASKING = "asking"
    CONTINUING = "continuing"
    SETTLING = "settling"


class _Trail:
    """What was asked for and answered since the ledger was last looked at."""

    def __init__(self, request: AskBlocks) -> None:
        self.stream = Stream(request.boot_id, request.feed)
        self.feed_address = request.feed_address
        self.first, self.covered = request.first, request.first - 1
        self.got_somewhere = False
        self.sifted: frozenset[int] | None = None

    def add(self, request: AskBlocks, answer: Answer) -> None:
        self.covered, self.sifted = answer.covered, answer.sequences
        # What went before the oldest that is kept is not expected of this answer.
        self.first = max(self.first, answer.oldest)
        self.got_somewhere |= answer.covered >= request.first or answer.oldest > request.first

    def left(self, ledger: Holes) -> list[tuple[int, int]]:
        holes = ledger.holes(self.feed_address, self.stream.boot_id, self.covered + 1)
        return [(max(first, self.first), last) for first, last in holes if last >= self.first]


class Source:
    """One agent that blocks can be collected from."""

    def __init__(self, agent_address: str) -> None:
        self.agent_address = agent_address
        self.knowledge = Knowledge(agent_address)
        self.phase = Phase.IDLE
        self.pending_blocks = 0
        self._look = True
        self._looked_at = 0.0
        self._away = BackOff()
        self._refusals: dict[Stream | None, BackOff] = {}
        self._tries: dict[Stream, int] = {}
        # How many holes of a stream are passed over, for they were refused.
        self._passes: dict[Stream, int] = {}
        self._trail: _Trail | None = None
        self._rest: AskBlocks | None = None
        self._served: Stream | None = None
        self._remains: list[GiveUp] = []
        self._heard_at: float | None = None

    def hear(self, heard: Heard) -> None:
        """Take a heartbeat, if it is new."""
        if heard.received != self._heard_at or heard.boot_id != self.knowledge.boot_id:
            if heard.boot_id != self.knowledge.boot_id:
                self._away.succeed()
            self._heard_at = heard.received
            self.knowledge.hear(heard)
            self._look = True

    def rejoined(self) -> None:
        """Take that the router was away."""
        self._away.succeed()
        self.knowledge.index_wanted = True

    @property
    def is_hopeful(self) -> bool:
        """Whether something more is to be expected of it soon."""
        waits = self._away.failures or self._refusals
        more = self.pending_blocks or self._look or self.knowledge.index_wanted
        return self.phase is not Phase.IDLE or bool(more and not waits)

    def next_ask(self, now: float, ledger: Holes) -> tuple[Ask | None, list[GiveUp]]:
        """Return what to ask now, and what to give up; after either the source is busy."""
        if self.phase is Phase.CONTINUING:
            return (self._continue() if self._away.is_over(now) else None), []
        if self.phase is not Phase.IDLE:
            return None, []
        if self.knowledge.index_wanted and self._may_ask(None, now):
            self.phase = Phase.ASKING
            return AskIndex(self.agent_address), []
        if not self._look and now - self._looked_at < _LOOK_SECONDS:
            return None, []
        self._looked_at = now
        wanted, gone = self._find(ledger)
        if gone:
            self.phase = Phase.SETTLING
            return None, gone
        # Once there is nothing to ask for there will not be before the next heartbeat.
        self._look = bool(wanted)
        return self._choose(wanted, now), []

    def indexed(self, index: Index) -> None:
        """Take an index."""
        self._heard_from(None)
        self.knowledge.indexed(index)
        self._look = True
        self.phase = Phase.IDLE

    def answered(self, request: AskBlocks, answer: Answer) -> None:
        """Take part of the blocks, which the archive was given."""
        trail = self._trail = self._trail or _Trail(request)
        trail.add(request, answer)
        self._heard_from(trail.stream)
        self.knowledge.answered(trail.stream, Kept(answer.oldest, answer.next))
        self.phase = Phase.SETTLING
        if answer.more and not request.sifted:
            self._rest = replace(request, first=answer.covered + 1)
            self.phase = Phase.CONTINUING

    def refused(self, ask: Ask, now: float) -> None:
        """Take a no, or nonsense, from an agent that is there."""
        self._away.succeed()
        stream = Stream(ask.boot_id, ask.feed) if isinstance(ask, AskBlocks) else None
        self._refusals.setdefault(stream, BackOff()).fail(now)
        if stream is not None:
            self._passes[stream] = self._passes.get(stream, 0) + 1
            # It may have forgotten that boot since its last index.
            self.knowledge.index_wanted = True
        self._end_of_asking()

    def unreachable(self, now: float) -> None:
        """Take that no answer came."""
        self._away.fail(now)
        self._end_of_asking()

    def settled(self, now: float, ledger: Holes, *, excused: bool) -> None:
        """Look what became of the blocks; `excused` when the archive could not take them all."""
        trail, self._trail = self._trail, None
        self.phase, self._look = Phase.IDLE, True
        if trail is None:
            return
        left = trail.left(ledger)
        if not left and trail.got_somewhere:
            self._tries.pop(trail.stream, None)
        elif not excused:
            self._refusals.setdefault(trail.stream, BackOff()).fail(now)
            self._count_try(trail, left)

    def _find(self, ledger: Holes) -> tuple[dict[Stream, tuple[int, int]], list[GiveUp]]:
        gone, self._remains = self._remains, []
        gone += self.knowledge.forgotten(ledger)
        wanted: dict[Stream, tuple[int, int]] = {}
        self.pending_blocks = 0
        for stream in self.knowledge.streams():
            found = self.knowledge.find(stream, ledger)
            gone += found.gone
            self.pending_blocks += sum(last - first + 1 for first, last in found.wanted)
            if found.wanted:
                # One that the agent refuses, perhaps for its size, must not keep the others waiting.
                wanted[stream] = found.wanted[self._passes.get(stream, 0) % len(found.wanted)]
        return wanted, gone

    def _choose(self, wanted: dict[Stream, tuple[int, int]], now: float) -> AskBlocks | None:
        streams = list(wanted)
        after = streams.index(self._served) + 1 if self._served in wanted else 0
        for stream in streams[after:] + streams[:after]:
            if self._may_ask(stream, now):
                self._served = stream
                self.phase = Phase.ASKING
                sifted = self._tries.get(stream, 0) >= _MOST_TRIES - 1
                return AskBlocks(self.agent_address, stream.feed, stream.boot_id, *wanted[stream], sifted)
        return None

    def _continue(self) -> AskBlocks | None:
        rest, self._rest = self._rest, None
        self.phase = Phase.ASKING
        return rest

    def _may_ask(self, what: Stream | None, now: float) -> bool:
        refusals = self._refusals.get(what)
        return self._away.is_over(now) and (refusals is None or refusals.is_over(now))

    def _heard_from(self, what: Stream | None) -> None:
        self._away.succeed()
        # One whose blocks were not archived keeps waiting longer each time.
        if what not in self._tries:
            self._refusals.pop(what, None)

    def _end_of_asking(self) -> None:
        self.phase = Phase.IDLE if self._trail is None else Phase.SETTLING

    def _count_try(self, trail: _Trail, left: list[tuple[int, int]]) -> None:
        tries = self._tries[trail.stream] = self._tries.get(trail.stream, 0) + 1
        if tries >= _MOST_TRIES and trail.sifted is not None:
            del self._tries[trail.stream]
            self._remains = [each for hole in left for each in _explain(trail, *hole, trail.sifted)]


def _explain(trail: _Trail, first: int, last: int, sifted: frozenset[int]) -> Iterator[GiveUp]:
    """Tell the blocks that came but were not archived from those that did not come."""
    at = first
    for start, end in _runs(sorted(number for number in sifted if first <= number <= last)):
        if at < start:
            yield GiveUp(trail.feed_address, trail.stream.boot_id, at, start - 1, NOT_KEPT)
        yield GiveUp(trail.feed_address, trail.stream.boot_id, start, end, NOT_ARCHIVED)
        at = end + 1
    if at <= last:
        yield GiveUp(trail.feed_address, trail.stream.boot_id, at, last, NOT_KEPT)


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Return sorted numbers as ranges, both ends included."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
