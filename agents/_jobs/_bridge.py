"""From the sources of jobs to the agents: who begins when, who ends whom."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from ocs_sim.agent import Timer
from ocs_sim.jobs import BadJob, Job, Status

from ._desk import Desk
from ._entry import Entry
from ._execution import Execution
from ._prepare import NotPossible, Prepared, Wish, prepare
from ._rows import Table
from ._schedule import Place, Schedule
from ._source import JobLost, JobSource, News
from ._stops import Stops
from ._tools import Tools

_MOST_WAITING = 500
_MOST_URGENT = 50
_LOOK_SECONDS = 1.0
_EXPIRE_SECONDS = 10.0
_LIVELY_SECONDS = 10.0


class Bridge:
    """Carries out the jobs of one site. All methods are for the loop's thread."""

    def __init__(
        self,
        sources: Sequence[JobSource],
        desk: Desk,
        tools: Tools,
        table: Table,
        log: logging.LoggerAdapter[Any],
    ) -> None:
        self.counts = {"complete": 0, "failed": 0, "canceled": 0}
        self._sources = sources
        self._desk = desk
        self._tools = tools
        self._table = table
        self._log = log
        self._timer: Timer = tools.timer
        self._schedule = Schedule()
        self._entries: dict[str, Entry] = {}
        self._stops = Stops()
        self._lively_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._unheard = list(sources)
        self._due = dict.fromkeys(("look", "renew", "expire"), 0.0)

    @property
    def waiting(self) -> list[str]:
        """The ULIDs of the jobs that wait for their turn."""
        return self._schedule.waiting

    @property
    def running(self) -> list[Entry]:
        """The jobs that are being carried out."""
        waiting = set(self._schedule.waiting)
        return [entry for ulid, entry in self._entries.items() if ulid not in waiting]

    @property
    def is_lively(self) -> bool:
        """Whether there are jobs, or were just now: then the next one should not wait for long."""
        return bool(self._entries) or self._timer.monotonic() < self._lively_until

    async def poll(self) -> None:
        """Look for new jobs, and for what others did to ours."""
        await self._recover()
        await self._expire()
        for source in self._sources:
            if source not in self._unheard:
                await self._claim(source)
        await self._keep_house()
        self._begin_ready()

    async def close(self) -> None:
        """Let go of everything; the jobs stay ours until their leases end, or until we are back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _recover(self) -> None:
        """Take up the jobs that were ours before a restart, those that had begun first."""
        for source in list(self._unheard):
            held = await self._desk.ask(source.name, source.held)
            if held is None:
                continue
            self._unheard.remove(source)
            for job in sorted(held, key=lambda each: (not each.was_started, each.ulid)):
                self._admit(job, source)

    async def _expire(self) -> None:
        """End what has waited too long before it can be claimed."""
        oldest = self._tools.options.oldest
        if oldest and self._is_due("expire", _EXPIRE_SECONDS):
            for source in self._sources:
                await self._desk.ask(source.name, source.expire, oldest)

    async def _claim(self, source: JobSource) -> None:
        # What came before can be carried out although nothing new comes.
        if await self._desk.ask(f"{source.name} for what is new", source.fetch) is False:
            return
        for job in await self._desk.ask(source.name, source.claim, _MOST_URGENT, urgent=True) or []:
            self._admit(job, source)
        room = _MOST_WAITING - len(self._schedule)
        if room > 0 and source.name not in self._desk.trouble:
            for job in await self._desk.ask(source.name, source.claim, room) or []:
                self._admit(job, source)

    def _admit(self, job: Job, source: JobSource) -> None:
        if job.ulid in self._entries:
            return
        self._lively_until = self._timer.monotonic() + _LIVELY_SECONDS
        try:
            prepared = self._prepare(job)
        except NotPossible as fault:
            self._log.info("job %s (%s/%s): %s", job.ulid, job.device_type, job.action, fault)
            self._end_unbegun(job, source, Status.FAILED, str(fault))
            return
        entry = Entry(job, prepared, source, self._desk, self._timer)
        stop = None if job.was_started or prepared.row.overtakes else self._stops.against(entry)
        if stop is not None:
            self._end_unbegun(job, source, Status.CANCELED, f"cancelled by {stop}")
            return
        self._entries[job.ulid] = entry
        if prepared.row.overtakes:
            self._overtake(entry)
            self._begin(entry)
        else:
            self._schedule.add(self._place(job, prepared))

    def _prepare(self, job: Job) -> Prepared:
        params = {**(job.optional_params or {}), **(job.required_params or {})}
        wish = Wish(job.device_type, job.action, params, tuple(job.user_roles))
        try:
            return prepare(wish, self._table, self._tools.agents)
        except NotPossible:
            raise
        except Exception as fault:  # what a stranger sent may be anything
            raise NotPossible([f"it cannot be understood: {type(fault).__name__}: {fault}"]) from fault

    def _place(self, job: Job, prepared: Prepared) -> Place:
        is_together = self._tools.options.order == "observation"
        return Place(job.ulid, prepared.agents, prepared.after if is_together else frozenset())

    def _overtake(self, stop: Entry) -> None:
        """End what a stop is against, and remember it: older jobs may still come."""
        self._stops.add(stop)
        waiting = set(self._schedule.waiting)
        for entry in list(self._entries.values()):
            if entry is stop or not self._stops.is_against(stop, entry):
                continue
            if entry.ulid in waiting:
                self._drop(entry)
                self._end_unbegun(entry.job, entry.source, Status.CANCELED, f"cancelled by {stop.ulid}")
            else:
                entry.end(f"cancelled by {stop.ulid}")

    def _end_unbegun(self, job: Job, source: JobSource, status: str, message: str) -> None:
        self.counts[status.lower()] += 1
        news = News(status=status, message=message, seconds_until_complete=0, result={"message": message})
        self._spawn(self._tell(source, job, news))

    async def _tell(self, source: JobSource, job: Job, news: News) -> None:
        try:
            await self._desk.tell_surely(source, job, news)
        except (JobLost, BadJob) as fault:
            self._log.info("job %s: %s", job.ulid, fault)

    def _begin_ready(self) -> None:
        for ulid in self._schedule.begin_ready():
            self._begin(self._entries[ulid])

    def _begin(self, entry: Entry) -> None:
        self._spawn(self._carry_out(entry))

    async def _carry_out(self, entry: Entry) -> None:
        try:
            await Execution(entry, self._tools).run()
        finally:
            self._drop(entry)
        if entry.status.lower() in self.counts:
            self.counts[entry.status.lower()] += 1
        self._begin_ready()

    def _drop(self, entry: Entry) -> None:
        self._entries.pop(entry.ulid, None)
        self._schedule.remove(entry.ulid)

    async def _keep_house(self) -> None:
        options = self._tools.options
        if self._is_due("look", _LOOK_SECONDS):
            for entry in self.running:
                await self._look(entry)
        if self._is_due("renew", options.lease / 3):
            # Beside all else: many renewals must not keep a stop waiting.
            self._spawn(self._renew_all())

    async def _look(self, entry: Entry) -> None:
        """Find out whether somebody has cancelled a job that runs."""
        try:
            job = await self._desk.ask(entry.source.name, entry.source.look, entry.job)
        except (JobLost, BadJob) as fault:
            entry.lose(str(fault))
            return
        if job is not None and job.has_ended and entry.ulid in self._entries:
            entry.lose(f"the job is {job.status}")

    async def _renew_all(self) -> None:
        for entry in list(self._entries.values()):
            if entry.ulid in self._entries and not entry.is_lost:
                await self._renew(entry)

    async def _renew(self, entry: Entry) -> None:
        try:
            await self._desk.ask(entry.source.name, entry.source.renew, entry.job)
        except (JobLost, BadJob) as fault:
            entry.lose(str(fault))
            if entry.ulid in self._schedule.waiting:
                self._drop(entry)

    def _is_due(self, what: str, period_seconds: float) -> bool:
        now = self._timer.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + period_seconds
        return True

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
