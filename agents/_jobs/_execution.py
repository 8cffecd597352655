"""Carrying out one job: its steps one after the other, each recorded before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ocs_sim.errors import ObservatoryError
from ocs_sim.jobs import Status
from ocs_sim.wire import Reply, ResponseCode

from ._entry import Ended, Entry
from ._follow import facts_of, image_names
from ._late import LATE
from ._peers import Offer, PeerAway, Session, last_words, run_of
from ._reach import IN_PROGRESS, Reach
from ._rows import ReadyStep
from ._schema import parameter_faults
from ._tools import StepFailed, Tools
from ._watch import RunLost, Watch


class Execution:
    """Carries out one job to its end, whatever that is, and tells of it."""

    def __init__(self, entry: Entry, tools: Tools) -> None:
        self._entry = entry
        self._tools = tools
        self._data: dict[str, Any] = {}
        self._words = ""
        self._reach = Reach(entry, tools)

    async def run(self) -> None:
        """Do it. Raises nothing."""
        entry = self._entry
        try:
            await self._take_steps()
            missing = await self._tools.images.until_there(entry)
            message = f"{self._words} {missing}".strip()
            await self._finish(Status.COMPLETE, message)
        except Ended:
            await self._finish(Status.CANCELED, entry.end_reason or "")
        except (StepFailed, ObservatoryError) as fault:
            await self._finish(Status.FAILED, str(fault))
        except Exception as fault:
            # Whatever it is: a bad job never stops the next.
            self._tools.log.exception("job %s", entry.ulid)
            await self._finish(Status.FAILED, f"the bridge failed: {type(fault).__name__}: {fault}")

    async def _finish(self, status: str, message: str) -> None:
        result = self._entry.result(message, self._data)
        await self._entry.tell(status, message, surely=True, result=result, seconds_until_complete=0)

    async def _take_steps(self) -> None:
        """Take all steps; after a failure only those that are always taken."""
        record = await self._begin()
        first = int(record.get("step", 0))
        fault: Exception | None = None
        for number, step in enumerate(self._entry.prepared.steps):
            if number < first or (fault is not None and not step.step.always):
                continue
            # Steps that put things right are not ended by what ended those before them.
            self._reach.heeds_end = fault is None
            try:
                await self._take(number, step, record if number == first else {})
            except (StepFailed, Ended, ObservatoryError) as found:
                fault = fault or found
        if fault is not None:
            raise fault

    async def _begin(self) -> dict[str, Any]:
        """Return how far the job was before a restart; {} for one that begins. Raises StepFailed."""
        entry = self._entry
        runs = [each for each in entry.prepared.steps if each.step.way == "run"]
        if entry.job.was_started:
            if runs and not entry.job.session and not entry.prepared.row.overtakes:
                raise StepFailed("it was begun before, by somebody who did not say how far; not repeated.")
            return dict(entry.job.session or {})
        if not entry.prepared.row.overtakes:
            faults = await self._refusals(runs)
            if faults:
                raise StepFailed("; ".join(faults) + ".")
        if entry.prepared.steps[:1] != tuple(runs[:1]):
            await entry.tell(Status.STARTED)
        return {}

    async def _refusals(self, steps: list[ReadyStep]) -> list[str]:
        """Return what agents would not accept, of all steps, as far as the agents are there to be asked."""
        faults: list[str] = []
        for step in steps:
            with suppress(PeerAway):
                offer = await self._tools.peers.offer(self._agent(step))
                offered = offer.operations.get(step.step.operation)
                schema = offered.schema if offered else None
                faults += parameter_faults(step.params, schema or {}, frozenset(step.late))
        return list(dict.fromkeys(faults))

    async def _take(self, number: int, step: ReadyStep, record: Mapping[str, Any]) -> None:
        agent = self._agent(step)
        if step.step.way != "run":
            await self._reach.tell_process(agent, step)
            return
        if step.step.only_if == "parked" and not record and not await self._reach.is_parked(agent):
            return
        async with self._tools.peers.turn(agent, step.step.operation):
            session = await self._found(agent, step, record) if record else None
            if session is None:
                session = await self._run(number, agent, step)
        self._take_result(session)

    async def _run(self, number: int, agent: str, step: ReadyStep) -> Session:
        """Start an operation and follow it to its end."""
        operation, surely = step.step.operation, not self._entry.prepared.row.overtakes
        deadline = self._reach.deadline(self._tools.options.busy_wait)
        while True:
            offer = await self._reach.free(agent, operation, deadline)
            params = {**step.params, **await self._late(step)}
            intent = self._intent(number, agent, operation, offer, params)
            # Recorded first: after a crash, what runs then is compared with what ran before.
            await self._entry.tell(Status.STARTED, self._opening(agent, step), surely=surely, session=intent)
            self._reach.check()
            if self._entry.is_lost and self._reach.heeds_end:
                raise Ended
            try:
                reply = await self._tools.peers.start(agent, operation, params)
            except PeerAway as away:
                found = await self._found(agent, step, intent) if away.maybe_done else None
                if found is not None:
                    return found
                continue
            if reply.code is ResponseCode.OK:
                return await self._follow(agent, step, intent, reply)
            if IN_PROGRESS not in reply.message:
                raise StepFailed(f"{agent} refuses {operation}: {reply.message}")

    async def _follow(self, agent: str, step: ReadyStep, intent: dict[str, Any], reply: Reply) -> Session:
        record = {**intent, "run": run_of(reply.session)}
        await self._entry.tell(Status.STARTED, session=record)
        return await self._watched(agent, step, record)

    async def _watched(self, agent: str, step: ReadyStep, record: Mapping[str, Any]) -> Session:
        watch = Watch(self._entry, self._tools.peers, self._tools.options, self._tools.timer)
        try:
            session = await watch.until_over(agent, step, record, heeds_end=self._reach.heeds_end)
        except RunLost as lost:
            raise StepFailed(str(lost)) from lost
        if not session.get("success"):
            self._take_result(session)
            if self._reach.heeds_end and self._entry.ending.is_set:
                raise Ended
            raise StepFailed(f"{agent}: {last_words(session) or 'it failed, and does not say why.'}")
        return session

    async def _found(self, agent: str, step: ReadyStep, record: Mapping[str, Any]) -> Session | None:
        """Return the end of what was begun before; None if it was not begun. Raises StepFailed."""
        operation = step.step.operation
        if record.get("operation") != operation or record.get("agent") != agent:
            raise StepFailed(
                "the table of actions is another one than when this job was begun; not repeated."
            )
        offer = await self._reach.present(agent)
        if offer.boot != record.get("boot"):
            raise StepFailed(
                f"{agent} was restarted while it was at {operation}: what became of it is not known, and it "
                "is not repeated."
            )
        now = offer.operations[operation].session if operation in offer.operations else {}
        if record.get("run"):
            return await self._watched(agent, step, record)
        if run_of(now) == record.get("before", ""):
            return None
        if _is_within(record.get("params") or {}, now.get("params") or {}):
            return await self._watched(agent, step, {**record, "run": run_of(now)})
        raise StepFailed(
            f"somebody else has used {operation} of {agent} since: whether this job's was carried out is not "
            "known, and it is not repeated."
        )

    async def _late(self, step: ReadyStep) -> dict[str, Any]:
        wish = {**self._entry.job.optional_params, **self._entry.job.required_params}
        return {
            name: await LATE[kind](value, wish, self._tools.around)
            for name, (kind, value) in step.late.items()
        }

    def _intent(
        self, number: int, agent: str, operation: str, offer: Offer, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "step": number,
            "agent": agent,
            "operation": operation,
            "params": dict(params),
            "boot": offer.boot,
            "before": run_of(offer.operations[operation].session),
            "images": list(self._entry.images),
        }

    def _opening(self, agent: str, step: ReadyStep) -> str:
        unused = self._entry.prepared.unused
        note = f" Not used here: {', '.join(unused)}." if unused else ""
        return f"{agent}: {step.step.operation}.{note}"

    def _take_result(self, session: Session) -> None:
        self._entry.images.extend(name for name in image_names(session) if name not in self._entry.images)
        self._data = facts_of(session)
        self._words = last_words(session)

    def _agent(self, step: ReadyStep) -> str:
        return self._tools.agents.get(step.step.agent, step.step.agent)


def _is_within(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Return whether a run was started with our parameters; it has those with defaults too."""
    return all(name in theirs and theirs[name] == value for name, value in ours.items())
