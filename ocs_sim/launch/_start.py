"""Bring an observatory up, and know when it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ocs_sim.agent import pidfile
from ocs_sim.launch._ask import ask_all
from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._errors import AnotherHostMaster, NotUp
from ocs_sim.launch._layout import Layout, is_host_master
from ocs_sim.launch._logs import log_tail
from ocs_sim.launch._processes import Detached, is_suspended
from ocs_sim.launch._request import ask_child_states, request_children
from ocs_sim.launch._running import find_running, living_process
from ocs_sim.launch._turn import turn
from ocs_sim.site import AgentInstance, Manage

_POLL_SECONDS = 0.05
_CRASHES_THAT_MEAN_BROKEN = 2


@dataclass(frozen=True)
class Answered:
    """Something that was waited for and now answers; `seconds` counts from the start of the command."""

    name: str
    kind: str
    seconds: float
    was_up: bool


@dataclass(frozen=True)
class _Trouble:
    text: str = ""
    says_it_all: bool = False


Say = Callable[[Answered], None]


@dataclass
class Starter:
    """One `obsbow up`: what it waits for, and since when. `router` is None where another host runs it."""

    layout: Layout
    router: Router | None
    timeout_seconds: float
    say: Say
    began: float = field(default_factory=time.monotonic)
    spawned: subprocess.Popen[bytes] | None = None

    def up(self, names: Iterable[str]) -> list[Answered]:
        """Start the router and the named agents (all for no name), wait until they answer.

        Naming an agent also starts what it depends on and what shares its process.

        Raises:
            NotUp, HostMasterRefused, AnotherHostMaster, AnotherCommand, and what the router raises.
        """
        names = list(names)
        wanted = self._wanted(names)
        with turn(self.layout.run_dir, self._left()):
            router_was_up = self._start_router()
            already = set(self._answering(wanted)) if router_was_up else set()
            host_master_lived = self._start_host_master("down" if names else "up")
        answered = self._wait_for_router(router_was_up)
        answered += self._wait_for([self.layout.host_master], already)
        children = [each for each in wanted if not is_host_master(each)]
        others = [each.instance_id for each in children if each.instance_id not in already]
        if others and (names or host_master_lived):
            request_children(self.layout, others, "up", self._left())
        return answered + self._wait_for(children, already)

    def _wanted(self, names: Sequence[str]) -> list[AgentInstance]:
        chosen = self.layout.choose(names)
        if not names:
            chosen = tuple(each for each in chosen if is_host_master(each) or each.manage is Manage.HOST_UP)
        return list(self.layout.with_dependencies(chosen))

    def _answering(self, instances: Iterable[AgentInstance]) -> list[str]:
        return list(ask_all(self.layout, [each.instance_id for each in instances], "get_agent_class"))

    def _left(self) -> float:
        return max(0.0, self.timeout_seconds - (time.monotonic() - self.began))

    def _start_router(self) -> bool:
        """Start the router if it does not live; return whether it did."""
        if self.router is None or self.router.status().alive:
            return True
        self.router.start()
        return False

    def _wait_for_router(self, was_up: bool) -> list[Answered]:
        if self.router is None:
            return []
        if not was_up:
            self.router.wait_ready(self._left())
        return [self._said("crossbar", "router", was_up)]

    def _start_host_master(self, initial_state: str) -> bool:
        """Start the HostMaster if it does not live; return whether it did."""
        name = self.layout.host_master.instance_id
        if living_process(self.layout, name) is not None:
            return True
        for running in find_running(self.layout):
            if running.is_host_master and name not in running.instance_ids:
                path, pid = self.layout.site.path, running.process.pid
                raise AnotherHostMaster(name=running.name, pid=pid, path=path, wanted=name)
            if running.is_host_master:
                return True
        self.spawned = spawn_host_master(self.layout, initial_state)
        return False

    def _said(self, name: str, kind: str, was_up: bool) -> Answered:
        answered = Answered(name, kind, round(time.monotonic() - self.began, 2), was_up)
        self.say(answered)
        return answered

    def _wait_for(self, instances: Sequence[AgentInstance], already: set[str]) -> list[Answered]:
        waiting = {each.instance_id: each for each in instances}
        answered: list[Answered] = []
        while waiting:
            for name in self._answering(self._worth_asking(waiting.values(), answered)):
                answered.append(self._said(name, waiting[name].agent_class, name in already))
                del waiting[name]
            if waiting:
                self._give_up_if_hopeless(list(waiting))
                time.sleep(_POLL_SECONDS)
        return answered

    def _worth_asking(
        self, waiting: Iterable[AgentInstance], answered: Iterable[Answered]
    ) -> list[AgentInstance]:
        """Return one agent of each process until it answers, then all: a hundred answers take their time."""
        names = {each.name for each in answered}
        there = {_process_of(each) for each in self.layout.instances if each.instance_id in names}
        first = {_process_of(each): each for each in reversed([*waiting])}
        return [each for each in waiting if (of := _process_of(each)) in there or first[of] is each]

    def _give_up_if_hopeless(self, waiting: list[str]) -> None:
        why = self._hopeless(waiting)
        if why or not self._left():
            failed = sorted(why) or waiting
            details = "".join(_details(self.layout, name, why) for name in failed)
            raise NotUp(seconds=time.monotonic() - self.began, names=", ".join(failed), details=details)

    def _hopeless(self, waiting: Sequence[str]) -> dict[str, _Trouble]:
        """Return what cannot come up by waiting, and why."""
        master = self.layout.host_master.instance_id
        found: dict[str, _Trouble] = {}
        for name in (master, *waiting):
            process = living_process(self.layout, name)
            if process is not None and is_suspended(process):
                pid = process.pid
                text = f"process {pid} is suspended; `kill -CONT {pid}` lets it go on"
                found[name] = _Trouble(text, says_it_all=True)
            elif process is None and name == master and not self._host_master_runs():
                found[name] = _Trouble("it has ended")
        for name, child in ask_child_states(self.layout).items():
            failures = child.get("failures_in_a_row") or 0
            if name not in waiting or child.get("ready"):
                continue
            if child.get("operable") is False:
                found[name] = _Trouble(str(child.get("problem")), says_it_all=True)
            elif failures >= _CRASHES_THAT_MEAN_BROKEN:
                found[name] = _Trouble(child.get("problem") or f"it failed {failures} times in a row")
        return found

    def _host_master_runs(self) -> bool:
        if self.spawned is not None and self.spawned.poll() is not None:
            pidfile.remove(_pid_file(self.layout), self.spawned.pid)
        return any(each.is_host_master for each in find_running(self.layout))


def spawn_host_master(layout: Layout, initial_state: str) -> subprocess.Popen[bytes]:
    """Start the HostMaster as a process of its own, which outlives this one and holds none of its streams."""
    instance = layout.host_master
    arguments = ["--site-file", str(layout.site.path), "--site-host", layout.host.name]
    arguments += ["--instance-id", instance.instance_id, "--initial-state", initial_state]
    output = layout.run_dir / f"{instance.instance_id}.out"
    if output.exists():
        output.replace(output.with_suffix(".out.1"))
    spawned = Detached([sys.executable, "-m", "ocs_sim.agent", *arguments], output, layout.site.home)
    # Until it writes its own, so that nobody starts another.
    with suppress(OSError):
        record = pidfile.describe(
            spawned.pid, instance.instance_id, instance.agent_class, str(layout.site.path)
        )
        pidfile.write(_pid_file(layout), record)
    return spawned


def _process_of(instance: AgentInstance) -> tuple[str | None, str]:
    group = instance.process_group
    return (group, "") if group else (None, instance.instance_id)


def _pid_file(layout: Layout) -> Path:
    return pidfile.path_of(layout.host.log_dir, layout.host_master.instance_id)


def _details(layout: Layout, name: str, why: Mapping[str, _Trouble]) -> str:
    trouble = why.get(name, _Trouble())
    reason = f"\n  {name}: {trouble.text}" if trouble.text else ""
    if trouble.says_it_all:
        return reason
    body = "\n".join(f"    {line}" for line in log_tail(layout, name)) or "    (it left no log)"
    return f"{reason}\n  last lines of {name}:\n{body}"
