"""HostMaster: starts the agents of its host, keeps them up, and brings them down."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ocs_sim.agent import Agent, AgentContext, OperationFailed, Run, option, process, task
from ocs_sim.agent import Options as AgentOptions
from ocs_sim.bus import BusError
from ocs_sim.supervise import (
    Child,
    HostLock,
    LocalProcesses,
    OutputFile,
    Request,
    RequestRefused,
    SiteReader,
    Supervisor,
    Target,
    find_living,
    find_runner,
    find_strays,
    read_requests,
)
from ocs_sim.wire import BadFeedMessage, agent_address, decode_publication, every_heartbeat

MARKER = "OBSBOW_HOST_MASTER"

_IDLE_SECONDS = 1.0
_BUSY_SECONDS = 0.1
_STOPPING_SECONDS = 0.02
_ASK_AFTER_SECONDS = 2.0
_ANSWER_SECONDS = 2.0
_LAST_WORDS_SECONDS = 0.3
_NOT_RUNNING = "Manager process is not running; params not updated."
_NO_DOCKER = "HostMaster does not manage docker containers; run `docker compose` yourself."


class HostMasterOptions(AgentOptions):
    """How HostMaster starts."""

    initial_state: Literal["up", "down"] | None = option(
        None, help="the target of every agent that does not live yet, in place of the site file's `manage`"
    )
    quiet: bool = option(default=False, help="throw away what children print on stdout; stderr is kept")
    docker_compose: str | None = option(None, help="taken for OCS's sake; docker is not managed")
    docker_service_prefix: str = option("ocs-", help="taken for OCS's sake; docker is not managed")
    docker_compose_bin: str | None = option(None, help="taken for OCS's sake; docker is not managed")


class HostMaster(Agent[HostMasterOptions]):
    """Starts the agents of its host, keeps them up, and brings them down.

    A child that crashes is started again, at once and then with a growing back-off. Children outlive a
    HostMaster that is killed, and the next one adopts them.
    """

    aliases: ClassVar[tuple[str, ...]] = ("HostManager",)
    shutdown_seconds: ClassVar[float] = 12.0
    Options = HostMasterOptions

    def __init__(self, context: AgentContext[HostMasterOptions]) -> None:
        super().__init__(context)
        self._lock = HostLock(self._run_dir, context.host.name)
        self._output = OutputFile(self._run_dir, context.instance_id)
        wanted = context.options.initial_state
        self._initial = Target(wanted) if wanted else None
        self._marker = {MARKER: context.address}
        self._wake = asyncio.Event()
        self._supervisor: Supervisor | None = None
        self._site: SiteReader | None = None
        self._dying = False
        self._asking: asyncio.Task[None] | None = None
        self._heard_before = False

    async def on_start(self) -> None:
        """Listen to everybody's heartbeat: one that registers is ready."""
        await self.context.subscribe(every_heartbeat(self.context.address_root), self._hear, "wildcard")

    async def on_stop(self) -> None:
        """Let another HostMaster have this host."""
        self._lock.release()

    @process(aliases=("manager",), startup=True, startup_when="boot")
    async def master(self, run: Run, requests: list[Any] = [], reload_config: bool = True) -> str:  # noqa: B006
        """Keep the children as they are meant to be; stopping it brings them all down.

        `requests` are `[[instance_id | "all", "up" | "down" | "restart"], ...]`, `reload_config` reads the
        site file first. The session's data has `child_states`, one entry for each agent.
        """
        processes = self._make_processes()
        supervisor = Supervisor(processes, self.context.clock, run.message)
        forget = run.token.on_cancel(self._wake_up)
        try:
            self._take_up(supervisor, self._read_site(run, reload=reload_config).children)
            supervisor.apply(_read(requests, supervisor))
            self._supervisor = supervisor
            await self._look_after(run, supervisor)
        finally:
            forget()
            self._supervisor = None
            processes.close()
        return "All children are down."

    @task()
    async def update(
        self,
        run: Run,
        requests: list[Any] = [],  # noqa: B006
        reload_config: bool = False,
        wait_seconds: Annotated[float, Field(ge=0)] = 0.0,
    ) -> str:
        """Bring children up or down, or restart them.

        `requests` are `[[instance_id | "all", "up" | "down" | "restart"], ...]`. A request that is wrong in
        any part changes nothing. `wait_seconds` waits that long for the children to get there.
        """
        supervisor = self._supervisor
        if supervisor is None:
            raise OperationFailed(_NOT_RUNNING)
        if reload_config:
            self._reload(run, supervisor)
        wanted = _read(requests, supervisor)
        supervisor.apply(wanted)
        self._wake_up()
        if wait_seconds:
            await self._wait_for(run, supervisor, wanted, wait_seconds)
        return "Update requested."

    @task()
    async def die(self, run: Run, disown_dockers: bool = False) -> str:
        """Bring all children down, then end HostMaster itself."""
        if disown_dockers:
            run.message("There are no containers to disown: docker is not managed here.")
        self._dying = True
        self._wake_up()
        while self._supervisor is not None:
            await run.sleep_async(_STOPPING_SECONDS)
        self.context.loop.call_later(_LAST_WORDS_SECONDS, os.kill, os.getpid(), signal.SIGTERM)
        return "All children are down; HostMaster exits."

    @task(blocking=False)
    def remove_orphans(self, run: Run) -> str:  # noqa: ARG002
        """Not for this HostMaster: docker is not managed here."""
        raise OperationFailed(_NO_DOCKER)

    @task(blocking=False)
    def docker_pull(self, run: Run) -> str:  # noqa: ARG002
        """Not for this HostMaster: docker is not managed here."""
        raise OperationFailed(_NO_DOCKER)

    def _take_up(self, supervisor: Supervisor, children: list[Child]) -> None:
        supervisor.configure(children, self._initial)
        self._initial = None
        supervisor.adopt(find_strays(find_living(self._run_dir), children, self._marker))

    async def _look_after(self, run: Run, supervisor: Supervisor) -> None:
        while not (self._ending(run) and supervisor.all_down):
            if self._ending(run):
                supervisor.bring_all_down()
            self._wake.clear()
            supervisor.tick(hears=self.context.link.joined)
            self._output.shorten()
            self._show(run, supervisor)
            self._ask_the_silent(supervisor)
            await self._pause(_STOPPING_SECONDS if self._ending(run) else _period(supervisor))

    def _ending(self, run: Run) -> bool:
        return self._dying or run.cancelled

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _wake_up(self) -> None:
        self.context.loop.call_soon_threadsafe(self._wake.set)

    def _show(self, run: Run, supervisor: Supervisor) -> None:
        site = self._site.status if self._site else None
        run.data = {
            "child_states": supervisor.child_states(),
            "config_parse_status": {"[SCF]": [site.ok, site.time, site.text]} if site else {},
            "orphans": {},
            "new_tags": {},
        }
        trouble = [] if site is None or site.ok else ["the site file has faults and was not read again"]
        trouble += supervisor.troubles
        if trouble:
            run.degraded("; ".join(trouble))
        else:
            run.recovered()

    def _ask_the_silent(self, supervisor: Supervisor) -> None:
        """Ask those that were started but send no heartbeat: an agent may keep its heartbeat to itself."""
        hears = self.context.link.joined
        # Who found the router first has said so before this could be heard.
        silent = supervisor.unheard(_ASK_AFTER_SECONDS if self._heard_before else 0.0)
        self._heard_before = hears
        if silent and hears and (self._asking is None or self._asking.done()):
            self._asking = self.context.loop.create_task(self._ask(supervisor, silent))

    async def _ask(self, supervisor: Supervisor, instance_ids: list[str]) -> None:
        for instance_id in instance_ids:
            address = agent_address(self.context.address_root, instance_id)
            try:
                api = await self.context.link.call(address, "get_api", timeout_seconds=_ANSWER_SECONDS)
            except BusError:
                continue
            supervisor.confirm(instance_id, int(api.get("instance_pid", 0)))
        self._wake_up()

    def _hear(self, publication: Any) -> None:
        supervisor = self._supervisor
        if supervisor is None:
            return
        try:
            feed = decode_publication(publication, "heartbeat").feed
        except BadFeedMessage:
            return
        if supervisor.hear(feed.agent_address.rpartition(".")[2], feed.session_id):
            self._wake.set()

    def _make_processes(self) -> LocalProcesses:
        loop = self.context.loop
        return LocalProcesses(self._run_dir, quiet=self.options.quiet, loop=loop, on_exit=self._wake.set)

    def _read_site(self, run: Run, *, reload: bool) -> SiteReader:
        context = self.context
        if self._site is None:
            self._site = SiteReader(
                context.site, context.host, find_runner, context.instance_id, self._marker, context.clock
            )
        if reload and not self._site.reload():
            run.message(f"The site file was not read again: {self._site.status.text}")
        return self._site

    def _reload(self, run: Run, supervisor: Supervisor) -> None:
        site = self._read_site(run, reload=True)
        if not site.status.ok:
            raise OperationFailed(f"Nothing was changed, the site file has faults: {site.status.text}")
        supervisor.configure(site.children)

    async def _wait_for(
        self, run: Run, supervisor: Supervisor, wanted: list[Request], wait_seconds: float
    ) -> None:
        deadline = self.context.clock.monotonic() + wait_seconds
        while missed := supervisor.missed(wanted):
            if self.context.clock.monotonic() >= deadline:
                raise OperationFailed(f"Not reached within {wait_seconds:g} s: {', '.join(missed)}")
            run.progress(stage="waiting", waiting_for=", ".join(missed))
            await run.sleep_async(_BUSY_SECONDS)

    @property
    def _run_dir(self) -> Path:
        return self.context.host.log_dir / "run"


def _read(requests: list[Any], supervisor: Supervisor) -> list[Request]:
    try:
        return read_requests(requests, supervisor.problems)
    except RequestRefused as fault:
        raise OperationFailed(str(fault)) from fault


def _period(supervisor: Supervisor) -> float:
    return _IDLE_SECONDS if supervisor.settled else _BUSY_SECONDS
