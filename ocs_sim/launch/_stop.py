"""Bring an observatory down and leave nothing of it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._errors import StillRunning
from ocs_sim.launch._layout import Layout, is_host_master
from ocs_sim.launch._start import request_children
from ocs_sim.launch._view import living_process
from ocs_sim.site import AgentInstance

_POLL_SECONDS = 0.02
_HOST_MASTER_SECONDS = 14.0
_TERMINATE_SECONDS = 4.0
_KILL_SECONDS = 3.0


@dataclass(frozen=True)
class Stopped:
    """Something that no longer runs; `seconds` counts from the start of the command."""

    name: str
    seconds: float
    how: str


def down(
    layout: Layout, router: Router, names: Iterable[str], say: Callable[[Stopped], None]
) -> list[Stopped]:
    """Stop the named agents, or agents and router for no name; raises StillRunning."""
    names = list(names)
    stopper = _Stopper(layout, say)
    chosen = layout.choose(names)
    if names:
        stopper.stop_some(chosen)
        return stopper.stopped
    stopper.stop_everyone(chosen)
    if router.status().alive:
        router.stop()
        stopper.record("crossbar", "stopped")
    else:
        router.clean()
    return stopper.stopped


class _Stopper:
    def __init__(self, layout: Layout, say: Callable[[Stopped], None]) -> None:
        self.layout = layout
        self.say = say
        self.began = time.monotonic()
        self.stopped: list[Stopped] = []

    def record(self, name: str, how: str) -> None:
        stopped = Stopped(name, round(time.monotonic() - self.began, 2), how)
        self.stopped.append(stopped)
        self.say(stopped)

    def stop_everyone(self, instances: Iterable[AgentInstance]) -> None:
        """The HostMaster takes its children with it; what is left after that is stopped by its pid."""
        living = self._living(instances)
        master = self.layout.host_master.instance_id
        if master in living:
            _signal(living[master], signal.SIGTERM)
            living = self._wait(
                living, _HOST_MASTER_SECONDS, "stopped", until=lambda left: master not in left
            )
        self._stop_by_pid(living)
        self._forget_the_dead(instances)

    def stop_some(self, instances: Iterable[AgentInstance]) -> None:
        living = self._living(instances)
        master = self.layout.host_master.instance_id
        children = [each for each in instances if not is_host_master(each)]
        if children and living_process(self.layout, master) is not None:
            request_children(self.layout, children, "down", _TERMINATE_SECONDS)
            patience = _HOST_MASTER_SECONDS
            living = self._wait(
                living, patience, "stopped", until=lambda left: not left or set(left) == {master}
            )
        self._stop_by_pid(living)

    def _living(self, instances: Iterable[AgentInstance]) -> dict[str, Any]:
        found = {each.instance_id: living_process(self.layout, each.instance_id) for each in instances}
        return {name: process for name, process in found.items() if process is not None}

    def _stop_by_pid(self, living: dict[str, Any]) -> None:
        for number, seconds, how in (
            (signal.SIGTERM, _TERMINATE_SECONDS, "stopped by its pid"),
            (signal.SIGKILL, _KILL_SECONDS, "killed"),
        ):
            for process in living.values():
                _signal(process, number)
            living = self._wait(living, seconds, how, until=lambda left: not left)
        if living:
            raise StillRunning(names=", ".join(living))

    def _wait(
        self, living: dict[str, Any], seconds: float, how: str, until: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        left = dict(living)
        while True:
            for name in [name for name, process in left.items() if _is_gone(process)]:
                self.record(name, how)
                del left[name]
            if until(left) or time.monotonic() >= deadline:
                return left
            time.sleep(_POLL_SECONDS)

    def _forget_the_dead(self, instances: Iterable[AgentInstance]) -> None:
        for each in instances:
            (self.layout.run_dir / f"{each.instance_id}.json").unlink(missing_ok=True)


def _is_gone(process: Any) -> bool:
    import psutil

    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _signal(process: Any, number: int) -> None:
    import psutil

    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
