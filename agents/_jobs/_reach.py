"""Reaching the agents that a step needs: waiting for those that are away or busy, but not for ever."""

from __future__ import annotations

from ocs_sim.wire import ResponseCode

from ._entry import Ended, Entry
from ._peers import Offer, PeerAway, is_over
from ._rows import ReadyStep
from ._tools import StepFailed, Tools

IN_PROGRESS = "already in progress"
_AGAIN_SECONDS = 0.25
_END_SECONDS = 30.0


class Reach:
    """Asks agents for one job; `heeds_end` says whether an end of the job ends the waiting."""

    def __init__(self, entry: Entry, tools: Tools) -> None:
        self.heeds_end = True
        self._entry = entry
        self._tools = tools

    async def free(self, agent: str, operation: str, busy_deadline: float) -> Offer:
        """Return what the agent offers once the operation does not run any more. Raises StepFailed."""
        while True:
            offer = await self.present(agent)
            if operation not in offer.operations:
                raise StepFailed(f"{agent} has no operation {operation}.")
            if is_over(offer.operations[operation].session):
                return offer
            if self._tools.timer.monotonic() >= busy_deadline:
                raise StepFailed(f"{operation} of {agent} is in progress, and not for a job: stop it first.")
            await self._sleep(_AGAIN_SECONDS)

    async def present(self, agent: str) -> Offer:
        """Return what an agent offers, once it is there. Raises StepFailed."""
        deadline = self.deadline(self._tools.options.agent_wait)
        while True:
            try:
                return await self._tools.peers.offer(agent)
            except PeerAway as away:
                if self._tools.timer.monotonic() >= deadline:
                    seconds = self._tools.options.agent_wait
                    raise StepFailed(f"{str(away).rstrip('.')}; waited for {seconds:g} s.") from away
            await self._sleep(_AGAIN_SECONDS)

    async def tell_process(self, agent: str, step: ReadyStep) -> None:
        """Begin or end a process, or abort a task: done when the agent says so, or it is so already."""
        peers, operation, way = self._tools.peers, step.step.operation, step.step.way
        try:
            if way == "begin":
                reply = await peers.start(agent, operation, step.params)
                if reply.code is not ResponseCode.OK and IN_PROGRESS not in reply.message:
                    raise StepFailed(f"{agent} refuses {operation}: {reply.message}")
                return
            await peers.end(agent, operation, "stop" if way == "end" else "abort")
            deadline = self.deadline(_END_SECONDS)
            while not is_over(await peers.status(agent, operation)):
                if self._tools.timer.monotonic() >= deadline:
                    raise StepFailed(f"{operation} of {agent} did not end within {_END_SECONDS:g} s.")
                await self._sleep(_AGAIN_SECONDS)
        except PeerAway as away:
            if not step.step.optional:
                raise StepFailed(str(away)) from away

    async def is_parked(self, agent: str) -> bool:
        try:
            data = (await self._tools.peers.status(agent, "monitor")).get("data") or {}
        except PeerAway:
            return True
        return bool(data.get("at_park", True))

    def deadline(self, seconds: float) -> float:
        return self._tools.timer.monotonic() + seconds

    def check(self) -> None:
        if self.heeds_end and self._entry.ending.is_set:
            raise Ended

    async def _sleep(self, seconds: float) -> None:
        self.check()
        if self.heeds_end:
            await self._entry.ending.wait_async(seconds)
        else:
            await self._tools.images.pause(seconds)
        self.check()
