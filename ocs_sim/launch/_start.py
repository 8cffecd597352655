"""Bring an observatory up, and know when it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._errors import HostMasterRefused, NotUp
from ocs_sim.launch._layout import Layout, is_host_master
from ocs_sim.launch._view import ask, living_process, log_tail
from ocs_sim.site import AgentInstance, Manage
from ocs_sim.wire import ResponseCode, ops_address

_POLL_SECONDS = 0.05
_CRASHES_THAT_MEAN_BROKEN = 2


@dataclass(frozen=True)
class Answered:
    """Something that was waited for and now answers; `seconds` counts from the start of the command."""

    name: str
    kind: str
    seconds: float
    was_up: bool


Say = Callable[[Answered], None]


@dataclass
class Starter:
    """One `obsbow up`: what it waits for, and since when."""

    layout: Layout
    router: Router
    timeout_seconds: float
    say: Say
    began: float = field(default_factory=time.monotonic)
    spawned: subprocess.Popen[bytes] | None = None

    def up(self, names: Iterable[str]) -> list[Answered]:
        """Start the router and the named agents (all for no name), wait until they answer; raises NotUp."""
        names = list(names)
        wanted = self._wanted(names)
        router_was_up = self.router.status().alive
        already = set(self._answering(wanted)) if router_was_up else set()
        if not router_was_up:
            self.router.start()
        host_master_lives = living_process(self.layout, self.layout.host_master.instance_id) is not None
        if not host_master_lives:
            self.spawned = spawn_host_master(self.layout, "down" if names else "up")
        self._wait_for_router(router_was_up)
        answered = [self._said("crossbar", "router", router_was_up)]
        answered += self._wait_for([self.layout.host_master], already)
        others = [each for each in wanted if not is_host_master(each) and each.instance_id not in already]
        if others and (names or host_master_lives):
            request_children(self.layout, others, "up", self._left())
        return answered + self._wait_for([each for each in wanted if not is_host_master(each)], already)

    def _wanted(self, names: Sequence[str]) -> list[AgentInstance]:
        chosen = self.layout.choose(names)
        if names:
            return list(chosen)
        return [each for each in chosen if is_host_master(each) or each.manage is Manage.HOST_UP]

    def _answering(self, instances: Iterable[AgentInstance]) -> list[str]:
        ids = [each.instance_id for each in instances]
        return [name for name in ids if ask(self.layout, name, "get_agent_class") is not None]

    def _left(self) -> float:
        return max(0.0, self.timeout_seconds - (time.monotonic() - self.began))

    def _wait_for_router(self, was_up: bool) -> None:
        if not was_up:
            self.router.wait_ready(self._left())

    def _said(self, name: str, kind: str, was_up: bool) -> Answered:
        answered = Answered(name, kind, round(time.monotonic() - self.began, 2), was_up)
        self.say(answered)
        return answered

    def _wait_for(self, instances: Sequence[AgentInstance], already: set[str]) -> list[Answered]:
        waiting = {each.instance_id: each for each in instances}
        answered = []
        while waiting:
            for name in self._answering(waiting.values()):
                answered.append(self._said(name, waiting[name].agent_class, name in already))
                del waiting[name]
            if waiting:
                self._give_up_if_hopeless(list(waiting))
                time.sleep(_POLL_SECONDS)
        return answered

    def _give_up_if_hopeless(self, waiting: list[str]) -> None:
        broken = [name for name in waiting if name in self._broken()]
        if self.spawned is not None and self.spawned.poll() is not None:
            broken.append(self.layout.host_master.instance_id)
        if broken or not self._left():
            failed = sorted(set(broken)) or waiting
            details = "".join(_details(self.layout, name) for name in failed)
            raise NotUp(seconds=time.monotonic() - self.began, names=", ".join(failed), details=details)

    def _broken(self) -> set[str]:
        children = child_states(self.layout)
        return {
            child["instance_id"]
            for child in children
            if (child.get("failures_in_a_row") or 0) >= _CRASHES_THAT_MEAN_BROKEN and not child.get("ready")
        }


def spawn_host_master(layout: Layout, initial_state: str) -> subprocess.Popen[bytes]:
    """Start the HostMaster as a process of its own, which outlives this one and holds none of its streams."""
    instance = layout.host_master
    layout.run_dir.mkdir(parents=True, exist_ok=True)
    arguments = ["--site-file", str(layout.site.path), "--site-host", layout.host.name]
    arguments += ["--instance-id", instance.instance_id, "--initial-state", initial_state]
    with _output(layout, instance.instance_id).open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "ocs_sim.agent", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=layout.site.home,
        )


def request_children(layout: Layout, instances: Iterable[AgentInstance], state: str, seconds: float) -> None:
    """Ask the HostMaster to bring agents up or down; raises HostMasterRefused."""
    requests = [[each.instance_id, state] for each in instances]
    address = ops_address(layout.address(layout.host_master.instance_id))
    deadline = time.monotonic() + seconds
    caller = HttpCaller(layout.host.hub.wamp_http, timeout_seconds=5.0)
    try:
        while True:
            message = _request(caller, address, requests)
            if message is None:
                return
            if time.monotonic() >= deadline:
                raise HostMasterRefused(message=message)
            time.sleep(_POLL_SECONDS)
    finally:
        caller.close()


def _request(caller: HttpCaller, address: str, requests: list[list[str]]) -> str | None:
    try:
        running = caller.call(address, "status", "master")[2].get("status") in ("starting", "running")
        if not running:
            code, message, _ = caller.call(address, "start", "master", {"requests": requests})
        else:
            parameters = {"requests": requests, "reload_config": True}
            code, message, _ = caller.call(address, "start", "update", parameters)
    except BusError as error:
        return str(error)
    return None if code == ResponseCode.OK else str(message)


def child_states(layout: Layout) -> list[dict[str, Any]]:
    """Return what the HostMaster says of its children; empty when it does not answer."""
    processes = ask(layout, layout.host_master.instance_id, "get_processes") or []
    for name, session, _ in processes:
        if name == "master":
            return list((session.get("data") or {}).get("child_states") or [])
    return []


def _output(layout: Layout, instance_id: str) -> Path:
    return layout.run_dir / f"{instance_id}.out"


def _details(layout: Layout, name: str) -> str:
    lines = log_tail(layout, name)
    body = "\n".join(f"    {line}" for line in lines) or "    (it left no log)"
    return f"\n  last lines of {name}:\n{body}"
