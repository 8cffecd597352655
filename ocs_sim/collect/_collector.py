"""Asks agents for what the archive misses, beside a recording that goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from ocs_sim.bus import CalleeGone, CallFailed, NoSuchProcedure, NotConnected
from ocs_sim.clock import Clock
from ocs_sim.collect._answers import read_answer, read_index
from ocs_sim.collect._complaints import Complaints
from ocs_sim.collect._errors import BadReplay
from ocs_sim.collect._planner import DEFAULT_BYTES_PER_SECOND, Planner
from ocs_sim.collect._ports import Archiver
from ocs_sim.collect._requests import Ask, AskBlocks, AskIndex, GiveUp
from ocs_sim.collect._wanted import Wanted

_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 10.0
# Between two handfuls of publications the loop does other things: live ones must not queue in the router.
_HANDFUL = 200
_PATIENCE = 2


class Caller(Protocol):
    """The part of a connection to the bus that is needed here."""

    @property
    def joined(self) -> bool:
        """Whether the router is there."""
        ...

    async def call(self, uri: str, /, *args: Any, timeout_seconds: float | None = None, **kwargs: Any) -> Any:
        """Call a procedure."""
        ...


class Collector:
    """Fills the archive's holes from the agents that still have what is missing, and notes what is gone.

    It holds one answer of each agent at most, keeps to a rate, and stands back while the archive is in
    trouble or has its hands full. Nothing that an agent or the router does ends it.
    """

    def __init__(
        self,
        archiver: Archiver,
        link: Caller,
        clock: Clock,
        log: logging.Logger | logging.LoggerAdapter[Any],
        *,
        bytes_per_second: float = DEFAULT_BYTES_PER_SECOND,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self._archiver = archiver
        self._link = link
        self._clock = clock
        self._planner = Planner(bytes_per_second)
        self._answer_seconds = answer_seconds
        self._complaints = Complaints(log)
        self._log = log
        self._was_joined = False
        self._dropped: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._seen = (clock.monotonic(), 0)
        self.collected_bytes = 0

    @property
    def pending_blocks(self) -> int:
        """How many blocks are missing and not given up, as far as heartbeats told."""
        return self._planner.pending_blocks

    @property
    def in_flight(self) -> int:
        """How many answers are waited for."""
        return self._planner.in_flight

    def bytes_per_second(self) -> float:
        """Return the rate at which bytes were collected since this was last asked."""
        (at, had), now = self._seen, self._clock.monotonic()
        self._seen = (now, self.collected_bytes)
        return (self.collected_bytes - had) / (now - at) if now > at else 0.0

    async def run(self) -> None:
        """Collect until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    self._turn()
                except Exception as fault:  # whatever it is, it must not be the end of collecting
                    self._complaints.make("all agents", "planning", fault)
                await self._pause()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def finish(self, seconds: float) -> None:
        """Wait until what is missing and can be had now was collected, but no longer than `seconds`."""
        until = self._clock.monotonic() + seconds
        while self._link.joined and self._planner.is_hopeful and self._clock.monotonic() < until:
            await asyncio.sleep(_POLL_SECONDS / 5)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    def _turn(self) -> None:
        archiver = self._archiver
        if not self._link.joined:
            self._was_joined = False
            return
        if not self._was_joined:
            self._was_joined = True
            self._planner.rejoined()
        self._planner.hear(archiver.told())
        if archiver.is_busy:
            return
        plan = self._planner.plan(self._clock.monotonic(), self._ledger())
        for each in plan.gone:
            self._give_up(each)
        for ask in plan.asks:
            self._begin(self._ask(ask), ask.agent_address)
        for agent_address in plan.settling:
            self._begin(self._settle(agent_address), agent_address)

    def _give_up(self, each: GiveUp) -> None:
        if each.reason is None:
            self._archiver.ledger.give_up(each.feed_address, each.boot_id, each.first, each.last)
            return
        self._archiver.note_gap(each.feed_address, each.boot_id, each.first, each.last, each.reason)
        span = f"blocks {each.first} to {each.last} of {each.feed_address}, run {each.boot_id}"
        self._log.error("%s are lost: %s", span, each.reason)

    def _begin(self, work: Any, name: str) -> None:
        task = asyncio.ensure_future(work)
        task.set_name(f"collect:{name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def _ask(self, ask: Ask) -> None:
        """Ask, and tell the planner whatever came of it: it waits for that."""
        end: Callable[[Ask, float], None] = self._planner.unreachable
        what = "replay_index" if isinstance(ask, AskIndex) else "replay"
        try:
            await (self._ask_index(ask) if isinstance(ask, AskIndex) else self._ask_blocks(ask))
        except Exception as fault:
            # An agent that is just about to join, or to leave, is nothing to write about.
            patience = _PATIENCE if isinstance(fault, NotConnected | NoSuchProcedure | CalleeGone) else 0
            self._complaints.make(ask.agent_address, what, fault, patience)
            if _is_no(fault, ask):
                end = self._planner.refused
            end(ask, self._clock.monotonic())
        else:
            self._complaints.withdraw(ask.agent_address, what)

    async def _ask_index(self, ask: AskIndex) -> None:
        answer = await self._call(ask, "replay_index")
        self._planner.indexed(ask, read_index(answer, ask.agent_address))

    async def _ask_blocks(self, ask: AskBlocks) -> None:
        answer = read_answer(await self._call(ask, "replay", *_arguments(ask)), ask)
        self._dropped.setdefault(ask.agent_address, self._archiver.dropped_blocks)
        for at, publication in enumerate(answer.publications, 1):
            self._archiver.offer(publication, replayed=True)
            if at % _HANDFUL == 0:
                await asyncio.sleep(0)
        self.collected_bytes += answer.size_bytes
        self._planner.answered(ask, answer, self._clock.monotonic())

    async def _call(self, ask: Ask, procedure: str, *args: Any) -> Any:
        uri = f"{ask.agent_address}.{procedure}"
        async with asyncio.timeout(self._answer_seconds):
            return await self._link.call(uri, *args, timeout_seconds=self._answer_seconds)

    async def _settle(self, agent_address: str) -> None:
        excused = False
        try:
            # Shielded: whoever archives is not to find that nobody wants to know any more.
            await asyncio.shield(asyncio.wrap_future(self._archiver.settled()))
        except Exception as fault:
            self._complaints.make(agent_address, "archiving", fault)
            await asyncio.sleep(_POLL_SECONDS)
            excused = True
        dropped = self._dropped.pop(agent_address, None)
        excused |= self._archiver.is_busy or dropped not in (None, self._archiver.dropped_blocks)
        now = self._clock.monotonic()
        self._planner.settled([agent_address], now, self._ledger(), excused=excused)

    def _ledger(self) -> Wanted:
        return Wanted(self._archiver.ledger, self._archiver.excluded)


def _arguments(ask: AskBlocks) -> tuple[Any, ...]:
    """Return feed, from_seq, to_seq, boot_id and packed."""
    return ask.feed, ask.first, ask.last, ask.boot_id, True


def _is_no(fault: Exception, ask: Ask) -> bool:
    """Whether an agent is there but does not give what it was asked for."""
    if isinstance(fault, NoSuchProcedure):
        # It may be there and just keep no index.
        return isinstance(ask, AskIndex)
    return isinstance(fault, CallFailed | BadReplay) and not isinstance(fault, CalleeGone)
