"""Decides what to ask whom, when, and what to give up. Without input or output: time is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ocs_sim.collect._answers import Answer, Index
from ocs_sim.collect._ports import Heard, Holes
from ocs_sim.collect._rate import Allowance
from ocs_sim.collect._requests import Ask, AskBlocks, AskIndex, GiveUp
from ocs_sim.collect._source import Phase, Source

DEFAULT_BYTES_PER_SECOND = 32e6
# An answer has about 2 MB, so this bounds what is under way.
_MOST_IN_FLIGHT = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask and what to give up, now; what the agents in `settling` gave is to be settled."""

    asks: tuple[Ask, ...] = ()
    gone: tuple[GiveUp, ...] = ()
    settling: tuple[str, ...] = ()


class Planner:
    """One question at a time to each agent, in turns, within a rate.

    Whoever carries the plan out tells what became of it: `indexed`, `answered`, `refused` or `unreachable`
    for each question, and `settled` for each agent in `settling`.
    """

    def __init__(
        self, bytes_per_second: float = DEFAULT_BYTES_PER_SECOND, most_in_flight: int = _MOST_IN_FLIGHT
    ) -> None:
        self._allowance = Allowance(bytes_per_second)
        self._most_in_flight = most_in_flight
        self._sources: dict[str, Source] = {}
        self._settling: set[str] = set()

    @property
    def pending_blocks(self) -> int:
        """How many blocks are missing and not given up; this and `in_flight` from any thread."""
        return sum(source.pending_blocks for source in list(self._sources.values()))

    @property
    def in_flight(self) -> int:
        """How many questions wait for an answer."""
        return sum(source.phase is Phase.ASKING for source in list(self._sources.values()))

    @property
    def is_hopeful(self) -> bool:
        """Whether something that is missing can be expected soon, as far as anybody has told."""
        return any(source.is_hopeful for source in self._sources.values())

    def hear(self, told: Mapping[str, Heard]) -> None:
        """Take the last heartbeat of each agent."""
        for address, heard in told.items():
            if address not in self._sources:
                self._sources[address] = Source(address)
            self._sources[address].hear(heard)

    def rejoined(self) -> None:
        """Take that the router was away: agents may have come and gone meanwhile."""
        for source in self._sources.values():
            source.rejoined()

    def plan(self, now: float, ledger: Holes) -> Plan:
        """Return what is to be done now, `now` being seconds of a monotonic clock."""
        asks: list[Ask] = []
        gone: list[GiveUp] = []
        in_flight = self.in_flight
        for address in list(self._sources):
            if in_flight >= self._most_in_flight or not self._allowance.is_left(now):
                break
            ask, given_up = self._sources[address].next_ask(now, ledger)
            gone += given_up
            if ask is not None:
                asks.append(ask)
                in_flight += 1
                # Whoever was served goes to the end of the queue.
                self._sources[address] = self._sources.pop(address)
        return Plan(tuple(asks), tuple(gone), self._newly_settling())

    def indexed(self, ask: AskIndex, index: Index) -> None:
        """Take what an agent keeps."""
        self._sources[ask.agent_address].indexed(index)

    def answered(self, ask: AskBlocks, answer: Answer, now: float) -> None:
        """Take that an answer came, and that its blocks were given to the archive."""
        self._allowance.spend(answer.size_bytes, now)
        self._sources[ask.agent_address].answered(ask, answer)

    def refused(self, ask: Ask, now: float) -> None:
        """Take that an agent does not give what it was asked for."""
        self._sources[ask.agent_address].refused(ask, now)

    def unreachable(self, ask: Ask, now: float) -> None:
        """Take that an agent did not answer."""
        self._sources[ask.agent_address].unreachable(now)

    def settled(self, agent_addresses: Iterable[str], now: float, ledger: Holes, *, excused: bool) -> None:
        """Take that the archive has what it was given; `excused` when it could not take all of it."""
        for address in agent_addresses:
            self._settling.discard(address)
            self._sources[address].settled(now, ledger, excused=excused)

    def _newly_settling(self) -> tuple[str, ...]:
        waiting = {address for address, each in self._sources.items() if each.phase is Phase.SETTLING}
        new = waiting - self._settling
        self._settling |= new
        return tuple(sorted(new))
