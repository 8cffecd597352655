"""What is true of an observatory now: from its pid files, its router and its agents' own answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.clock import Clock, SystemClock
from ocs_sim.launch._crossbar import Router, RouterStatus
from ocs_sim.launch._layout import Layout, is_host_master
from ocs_sim.site import AgentInstance
from ocs_sim.wire import op_code_of_session

ANSWER_TIMEOUT_SECONDS = 2.0


class AgentState(StrEnum):
    """How an agent is, as far as can be seen from outside."""

    UP = "up"
    OFFLINE = "offline"
    SILENT = "silent"
    DIED = "died"
    DOWN = "down"


EXPLANATIONS = {
    AgentState.OFFLINE: "runs, but the router is away; it rejoins by itself",
    AgentState.SILENT: "its process runs, but it does not answer (starting, or stuck)",
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
    stderr_tail: Sequence[str] = ()

    @property
    def note(self) -> str:
        """Return what a person should know of this state."""
        last = f"last exit: {self.last_exit}" if self.last_exit and self.state is not AgentState.UP else ""
        return "; ".join(text for text in (EXPLANATIONS.get(self.state, ""), last) if text)


@dataclass(frozen=True)
class ObservatoryView:
    """A whole host as it is now."""

    site_file: Path
    host: str
    router: RouterStatus
    agents: tuple[AgentView, ...]

    @property
    def all_down(self) -> bool:
        """Whether nothing of it runs."""
        gone = {AgentState.DOWN, AgentState.DIED}
        return not self.router.alive and all(agent.state in gone for agent in self.agents)

    def to_plain(self) -> dict[str, Any]:
        """Return the view for --json."""
        agents = [asdict(agent) | {"note": agent.note} for agent in self.agents]
        router = asdict(self.router) | {"alive": self.router.alive}
        return {"site_file": str(self.site_file), "host": self.host, "router": router, "agents": agents}


def look(layout: Layout, router: Router, clock: Clock | None = None) -> ObservatoryView:
    """Return what is true of the observatory now; takes about as long as its slowest agent's answer."""
    router_status = router.status()
    answers = ask_all(layout, layout.instances) if router_status.alive else {}
    children = _children(answers.get(_host_master_id(layout) or ""))
    now = (clock or SystemClock()).time()
    agents = tuple(
        _view(layout, each, Seen(answers.get(name), children.get(name, {}), router_status, now))
        for each in layout.instances
        for name in [each.instance_id]
    )
    return ObservatoryView(layout.site.path, layout.host.name, router_status, agents)


def ask_all(layout: Layout, instances: Sequence[AgentInstance]) -> dict[str, Any]:
    """Return what each agent says of itself, for those that answer."""
    if not instances:
        return {}
    with ThreadPoolExecutor(len(instances)) as pool:
        answers = pool.map(lambda each: ask(layout, each.instance_id, "get_api"), instances)
        return {each.instance_id: answer for each, answer in zip(instances, answers, strict=True) if answer}


def ask(layout: Layout, instance_id: str, question: str) -> Any:
    """Return an agent's answer to a management question, or None when none comes."""
    caller = HttpCaller(layout.host.hub.wamp_http, timeout_seconds=ANSWER_TIMEOUT_SECONDS)
    try:
        return caller.call(layout.address(instance_id), question)
    except BusError:
        return None
    finally:
        caller.close()


def living_process(layout: Layout, instance_id: str) -> Any:
    """Return the psutil process of an agent by its pid file, or None when it does not live."""
    import psutil

    from ocs_sim.agent import pidfile

    record = pidfile.read(layout.run_dir / f"{instance_id}.json")
    if record is None or not pidfile.is_alive(record):
        return None
    try:
        return psutil.Process(record.pid)
    except psutil.NoSuchProcess:
        return None


def log_tail(layout: Layout, instance_id: str, lines: int = 12) -> list[str]:
    """Return the last things that an agent logged or printed, for a person to read."""
    printed = layout.run_dir / f"{instance_id}.out"
    logged = layout.host.log_dir / f"{layout.address(instance_id)}.log"
    for path in (printed, logged):
        try:
            found = path.read_text(errors="replace").splitlines()[-lines:]
        except OSError:
            continue
        if found:
            return [_readable(line) for line in found]
    return []


def _readable(line: str) -> str:
    try:
        entry = json.loads(line)
        return f"{entry['level']}: {entry['message']}"
    except (ValueError, KeyError, TypeError):
        return line


def _host_master_id(layout: Layout) -> str | None:
    return next((each.instance_id for each in layout.instances if is_host_master(each)), None)


def _children(host_master_api: Any) -> dict[str, Mapping[str, Any]]:
    for name, session, _ in (host_master_api or {}).get("processes", ()):
        if name in ("master", "manager"):
            states = (session.get("data") or {}).get("child_states") or ()
            return {child["instance_id"]: child for child in states}
    return {}


@dataclass(frozen=True)
class Seen:
    """What one agent, its HostMaster and the router said."""

    api: Any
    child: Mapping[str, Any]
    router: RouterStatus
    now: float


def _view(layout: Layout, instance: AgentInstance, seen: Seen) -> AgentView:
    api, child = seen.api, seen.child
    process = living_process(layout, instance.instance_id)
    pid = process.pid if process else (api or {}).get("instance_pid")
    return AgentView(
        instance_id=instance.instance_id,
        agent_class=instance.agent_class,
        state=_state(layout, instance, api is not None, process is not None, seen.router),
        pid=pid,
        uptime_seconds=round(seen.now - process.create_time(), 1) if process else None,
        rss_bytes=_rss(process),
        operations=_operations(api),
        target=child.get("target_state"),
        restarts=child.get("restarts"),
        last_exit=child.get("last_exit"),
        stderr_tail=tuple(child.get("stderr_tail") or ()),
    )


def _state(
    layout: Layout, instance: AgentInstance, answers: bool, lives: bool, router: RouterStatus
) -> AgentState:
    if answers:
        return AgentState.UP
    if lives:
        return AgentState.SILENT if router.alive else AgentState.OFFLINE
    left = (layout.run_dir / f"{instance.instance_id}.json").exists()
    return AgentState.DIED if left else AgentState.DOWN


def _rss(process: Any) -> int | None:
    import psutil

    try:
        return int(process.memory_info().rss) if process else None
    except psutil.Error:
        return None


def _operations(api: Any) -> dict[str, str]:
    found = [*(api or {}).get("processes", ()), *(api or {}).get("tasks", ())]
    return {name: op_code_of_session(session).name.lower() for name, session, _ in found}
