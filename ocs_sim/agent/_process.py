"""The agents of one process: their start, the signals that end them, and their end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from ocs_sim.agent import pidfile
from ocs_sim.agent._access import read_policy
from ocs_sim.agent._context import AgentContext
from ocs_sim.agent._courier import Courier
from ocs_sim.agent._errors import AgentNotStarted
from ocs_sim.agent._logs import AgentLog, log_to_file
from ocs_sim.agent._plan import AgentPlan
from ocs_sim.agent._service import AgentService
from ocs_sim.agent._spill import Spill, spill_directory
from ocs_sim.agent._timer import SystemTimer
from ocs_sim.bus import Connection, endpoints
from ocs_sim.clock import Clock
from ocs_sim.errors import ObservatoryError

_ENDING_MARGIN_SECONDS = 2.0
_PID_FILE_PERIOD_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Resident:
    """One agent of this process: its service and its pid file. To be made in the loop."""

    def __init__(self, plan: AgentPlan) -> None:
        self.plan = plan
        self._timer = SystemTimer()
        self._log = AgentLog(plan.instance.instance_id)
        self._boot_id = str(self._timer.time())
        self._pidfile = pidfile.path_of(plan.host.log_dir, plan.instance.instance_id)
        log_to_file(plan.host.log_dir, plan.address, plan.instance.instance_id)
        hub = plan.host.hub
        read_policy(hub.access_policy)
        self._record = self._describe()
        self._pid_file_missed = False
        link = Connection(
            endpoints(hub, plan.crossbar),
            hub.wamp_realm,
            name=plan.address,
            clock=self._timer,
            on_joined=self._joined,
            on_refused=self._refused,
        )
        spill = spill_of(plan, self._boot_id, self._timer, self._log)
        courier = Courier(link, asyncio.get_running_loop(), self._timer, plan.common.history_bytes, spill)
        self.service = AgentService(plan.agent_type(self._make_context(link, courier)), courier)

    def _describe(self) -> pidfile.PidRecord:
        return pidfile.describe(
            os.getpid(),
            self.plan.instance.instance_id,
            self.plan.instance.agent_class,
            str(self.plan.site.path),
            self._boot_id,
            self._timer.time(),
        )

    def _make_context(self, link: Connection, courier: Courier) -> AgentContext[Any]:
        plan = self.plan
        return AgentContext(
            instance_id=plan.instance.instance_id,
            address_root=plan.host.hub.address_root,
            agent_class=plan.instance.agent_class,
            options=plan.options,
            site=plan.site,
            host=plan.host,
            clock=self._timer,
            log=self._log,
            boot_id=self._boot_id,
            link=link,
            delivery=courier,
            loop=asyncio.get_running_loop(),
            access_policy=plan.host.hub.access_policy,
        )

    async def start(self) -> None:
        """Write the pid file and start the agent."""
        instance = self.plan.instance
        self._log.info("%s starts as %s, pid %d", instance.agent_class, self.plan.address, os.getpid())
        self._write_pid_file()
        await self.service.start()

    def keep_pid_file(self) -> None:
        """Write the pid file anew if somebody deleted it: without it the next HostMaster starts another."""
        if not self._pidfile.exists():
            self._write_pid_file()

    def _write_pid_file(self) -> None:
        # A full disk is no reason not to run; it is tried again.
        try:
            pidfile.write(self._pidfile, self._record)
        except OSError as fault:
            if not self._pid_file_missed:
                self._log.error("no pid file %s: %s", self._pidfile, fault)
            self._pid_file_missed = True

    async def stop(self) -> None:
        """Stop the agent and remove the pid file."""
        try:
            await self.service.stop()
        finally:
            pidfile.remove(self._pidfile)
        self._log.info("%s has stopped", self.plan.instance.agent_class)

    def _joined(self) -> None:
        self.service.joined()

    def _refused(self, uri: str) -> None:
        self._log.error("another agent answers %s: is %s running twice?", uri, self.plan.instance.instance_id)


def spill_of(plan: AgentPlan, boot_id: str, clock: Clock, log: AgentLog) -> Spill | None:
    """Return where an agent is to keep what it publishes; None where it is not asked to."""
    if not plan.common.spill_bytes:
        return None
    directory = spill_directory(plan.host.log_dir, plan.instance.instance_id)
    return Spill(directory, boot_id, plan.common.spill_bytes, clock, log)


class Ending:
    """Waits for SIGINT or SIGTERM; a second one ends the process at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Python's own handlers, because they run even while an operation blocks the loop.
            loop.remove_signal_handler(number)
            signal.signal(number, self._handle)

    async def wait(self) -> None:
        """Wait for the first signal."""
        await self._asked.wait()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            os._exit(128 + number)
        self._asked.set()
        # The event was set outside the loop's turn: wake it.
        self._loop.call_soon_threadsafe(_log.info, "%s: shutting down", signal.Signals(number).name)


async def live(plans: Sequence[AgentPlan]) -> int:
    """Run agents until a signal; return the exit code."""
    ending = Ending(asyncio.get_running_loop())
    residents: list[Resident] = []
    try:
        for plan in plans:
            await _start(plan, residents)
    except AgentNotStarted as fault:
        print(f"ocs_sim.agent: {fault}", file=sys.stderr)  # noqa: T201 - where who started it looks
        await _stop(residents)
        return 1
    _name_process("+".join(plan.instance.instance_id for plan in plans))
    keeper = asyncio.create_task(_keep_pid_files(residents))
    await ending.wait()
    keeper.cancel()
    return await _stop(residents)


async def _keep_pid_files(residents: Sequence[Resident]) -> None:
    while True:
        await asyncio.sleep(_PID_FILE_PERIOD_SECONDS)
        for each in residents:
            each.keep_pid_file()


async def _start(plan: AgentPlan, residents: list[Resident]) -> None:
    try:
        resident = Resident(plan)
        residents.append(resident)
        await resident.start()
    except Exception as fault:
        if not isinstance(fault, ObservatoryError):
            _log.error("%s could not start", plan.instance.instance_id, exc_info=fault)
        text = str(fault) if isinstance(fault, ObservatoryError) else f"{type(fault).__name__}: {fault}"
        raise AgentNotStarted(instance_id=plan.instance.instance_id, fault=text.removesuffix(".")) from fault


async def _stop(residents: Sequence[Resident]) -> int:
    if not residents:
        return 0
    grace = max(each.service.agent.shutdown_seconds for each in residents) + _ENDING_MARGIN_SECONDS
    try:
        async with asyncio.timeout(grace):
            await asyncio.gather(*[each.stop() for each in residents])
    except TimeoutError:
        _log.error("did not end within %.1f s", grace)
        return 1
    return int(any(each.service.abandoned for each in residents))


def _name_process(name: str) -> None:
    try:
        Path("/proc/self/comm").write_text(f"ocs:{name}"[:15], encoding="utf-8")
    except OSError:
        # Only Linux has it, and only `ps` misses it.
        return
