"""What is true of an observatory now: from its pid files, its router and its agents' own answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from ocs_sim.agent import pidfile
from ocs_sim.bus import BusError, HttpCaller, NoSuchProcedure
from ocs_sim.clock import Clock, SystemClock
from ocs_sim.launch._ask import ANSWER_TIMEOUT_SECONDS, ask_all
from ocs_sim.launch._crossbar import Router, RouterState, RouterStatus
from ocs_sim.launch._layout import Layout, is_host_master
from ocs_sim.launch._processes import is_suspended
from ocs_sim.launch._request import child_states
from ocs_sim.launch._running import living_process
from ocs_sim.site import AgentInstance
from ocs_sim.wire import op_code_of_session


class AgentState(StrEnum):
    """How an agent is, as far as can be seen from outside."""

    UP = "up"
    OFFLINE = "offline"
    SILENT = "silent"
    SUSPENDED = "suspended"
    DIED = "died"
    DOWN = "down"


EXPLANATIONS = {
    AgentState.OFFLINE: "runs, but the router does not answer; it rejoins by itself",
    AgentState.SILENT: f"runs, but did not answer within {ANSWER_TIMEOUT_SECONDS:g} s (starting, or stuck)",
    AgentState.SUSPENDED: "somebody stopped its process (SIGSTOP, Ctrl-Z); `kill -CONT PID` lets it go on",
    AgentState.DIED: "it left a pid file but no process: it was killed or the machine restarted",
}


@dataclass(frozen=True)
class AgentView:
    """One agent as it is now."""

    instance_id: str
    agent_class: str
    state: AgentState
    pid: int | None = None
    uptime_seconds: float | None = None
    rss_bytes: int | None = None
    operations: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    restarts: int | None = None
    last_exit: str | None = None
    problem: str | None = None
    stderr_tail: Sequence[str] = ()
    site_code: str = ""

    @property
    def note(self) -> str:
        """Return what a person should know of this state."""
        if self.state is AgentState.UP:
            return ""
        last = f"last exit: {self.last_exit}" if self.last_exit else ""
        return "; ".join(text for text in (EXPLANATIONS.get(self.state), self.problem, last) if text)


@dataclass(frozen=True)
class ObservatoryView:
    """A whole host as it is now; `observatories` are the names of those in the file, by their codes."""

    site_file: Path
    host: str
    router: RouterStatus
    agents: tuple[AgentView, ...]
    observatories: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_down(self) -> bool:
        """Whether nothing of it runs on this host."""
        gone = {AgentState.DOWN, AgentState.DIED}
        ours = self.router.alive and self.router.state is not RouterState.ELSEWHERE
        return not ours and all(agent.state in gone for agent in self.agents)

    @property
    def well(self) -> bool:
        """Whether all that should run answers."""
        return self.router.alive and all(
            agent.state is AgentState.UP or agent.target == "down" for agent in self.agents
        )

    def to_plain(self) -> dict[str, Any]:
        """Return the view for --json."""
        agents = [asdict(agent) | {"note": agent.note} for agent in self.agents]
        router = asdict(self.router) | {"alive": self.router.alive}
        return {
            "site_file": str(self.site_file),
            "host": self.host,
            "router": router,
            "agents": agents,
            "observatories": dict(self.observatories),
        }


def look(layout: Layout, router: Router | None, clock: Clock | None = None) -> ObservatoryView:
    """Return what is true of the observatory now; `router` is None where another host runs it."""
    status = _status_elsewhere(layout) if router is None else router.status()
    processes = {each.instance_id: living_process(layout, each.instance_id) for each in layout.instances}
    suspended = {name for name, process in processes.items() if process and is_suspended(process)}
    asked = [name for name in processes if name not in suspended] if status.answers else []
    answers = ask_all(layout, asked, "get_api")
    children = _children(layout, answers)
    now = (clock or SystemClock()).time()
    agents = tuple(
        _view(layout, each, Seen(answers.get(name), children.get(name, {}), processes[name], status, now))
        for each in layout.instances
        for name in [each.instance_id]
    )
    names = {code: identity.name for code, identity in layout.site.observatories.items()}
    return ObservatoryView(layout.site.path, layout.host.name, status, agents, names)


def _status_elsewhere(layout: Layout) -> RouterStatus:
    hub = layout.host.hub
    caller = HttpCaller(hub.wamp_http, timeout_seconds=ANSWER_TIMEOUT_SECONDS)
    try:
        caller.call(f"{hub.address_root}._crossbar_check_")
    except NoSuchProcedure:
        return RouterStatus(RouterState.ELSEWHERE, detail=f"another host's, at {hub.wamp_server}")
    except BusError as error:
        return RouterStatus(RouterState.DEAD, detail=f"another host's: {error}")
    finally:
        caller.close()
    return RouterStatus(RouterState.ELSEWHERE, detail=f"another host's, at {hub.wamp_server}")


def _children(layout: Layout, answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    masters = (each.instance_id for each in layout.instances if is_host_master(each))
    api = answers.get(next(masters, ""))
    return child_states(api and api.get("processes"))


@dataclass(frozen=True)
class Seen:
    """What one agent, its HostMaster, its pid file and the router said."""

    api: Any
    child: Mapping[str, Any]
    process: psutil.Process | None
    router: RouterStatus
    now: float


def _view(layout: Layout, instance: AgentInstance, seen: Seen) -> AgentView:
    process, child = seen.process, seen.child
    pid = process.pid if process else (seen.api or {}).get("instance_pid")
    return AgentView(
        instance_id=instance.instance_id,
        agent_class=instance.agent_class,
        state=_state(layout, instance, seen),
        pid=pid,
        uptime_seconds=round(seen.now - process.create_time(), 1) if process else None,
        rss_bytes=_rss(process),
        operations=_operations(seen.api),
        target=child.get("target_state"),
        restarts=child.get("restarts"),
        last_exit=child.get("last_exit"),
        problem=child.get("problem"),
        stderr_tail=tuple(child.get("stderr_tail") or ()),
        site_code=instance.site_code,
    )


def _state(layout: Layout, instance: AgentInstance, seen: Seen) -> AgentState:
    if seen.api is not None:
        return AgentState.UP
    if seen.process is not None:
        if is_suspended(seen.process):
            return AgentState.SUSPENDED
        return AgentState.SILENT if seen.router.answers else AgentState.OFFLINE
    left = pidfile.path_of(layout.host.log_dir, instance.instance_id).exists()
    return AgentState.DIED if left else AgentState.DOWN


def _rss(process: psutil.Process | None) -> int | None:
    try:
        return int(process.memory_info().rss) if process else None
    except psutil.Error:
        return None


def _operations(api: Any) -> dict[str, str]:
    found = [*(api or {}).get("processes", ()), *(api or {}).get("tasks", ())]
    return {
        name: op_code_of_session(session).name.lower()
        for name, session, info in found
        if name == info.get("names", [name])[0]  # an alias is no operation of its own
    }
