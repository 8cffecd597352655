"""Bring an observatory down and leave nothing of it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import psutil

from ocs_sim.agent import pidfile
from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._errors import AnotherCommand, StillRunning
from ocs_sim.launch._layout import Layout
from ocs_sim.launch._processes import is_gone, send
from ocs_sim.launch._request import request_children
from ocs_sim.launch._running import Running, find_running
from ocs_sim.launch._turn import turn

_POLL_SECONDS = 0.02
_HOST_MASTER_SECONDS = 14.0
_REQUEST_SECONDS = 4.0
# An agent of OCS takes about seven seconds to end in good order.
_TERMINATE_SECONDS = 10.0
_KILL_SECONDS = 3.0
_TURN_SECONDS = _HOST_MASTER_SECONDS + _TERMINATE_SECONDS + 3 * _KILL_SECONDS


@dataclass(frozen=True)
class Stopped:
    """Something that no longer runs; `seconds` counts from the start of the command."""

    name: str
    seconds: float
    how: str


def down(
    layout: Layout, router: Router | None, names: Iterable[str], say: Callable[[Stopped], None]
) -> list[Stopped]:
    """Stop the named agents, or agents and router for no name; raises StillRunning.

    Naming the HostMaster stops its agents as well: it takes them with it.
    """
    names = list(names)
    chosen = {each.instance_id for each in layout.with_companions(layout.choose(names))}
    stopper = _Stopper(layout, say)
    with _our_turn(layout):
        running = find_running(layout)
        meant = [each for each in running if not names or chosen.intersection(each.instance_ids)]
        if any(each.is_host_master for each in meant):
            stopper.stop_everyone(running)
        else:
            stopper.stop_children(meant, any(each.is_host_master for each in running))
        if not names:
            _forget_the_dead(layout)
            if router is not None and router.stop():
                stopper.record("crossbar", "stopped")
    return stopper.stopped


@contextmanager
def _our_turn(layout: Layout) -> Iterator[None]:
    """Let another command end first. If it will not, or this is past finding out, stop all the same."""
    with ExitStack() as stack:
        with suppress(AnotherCommand, OSError):
            stack.enter_context(turn(layout.run_dir, _TURN_SECONDS))
        yield


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

    def stop_everyone(self, running: Sequence[Running]) -> None:
        """The HostMaster takes its children with it; what is left after that is stopped by its pid."""
        masters = [each for each in running if each.is_host_master]
        for each in masters:
            _send(each, signal.SIGTERM)
        self._wait(running, _HOST_MASTER_SECONDS, "stopped", until=lambda: all(map(_gone, masters)))
        # It may have started one again just before it heard of its end.
        self._stop_by_pid(find_running(self.layout))

    def stop_children(self, running: Sequence[Running], host_master_lives: bool) -> None:
        """Have the HostMaster stop them, or it would start them again."""
        left = running
        if running and host_master_lives:
            names = [name for each in running for name in each.instance_ids]
            request_children(self.layout, names, "down", _REQUEST_SECONDS)
            left = self._wait(running, _HOST_MASTER_SECONDS, "stopped", until=lambda: False)
        self._stop_by_pid(left)

    def _stop_by_pid(self, running: Sequence[Running]) -> None:
        for number, seconds, how in (
            (signal.SIGTERM, _TERMINATE_SECONDS, "stopped by its pid"),
            (signal.SIGKILL, _KILL_SECONDS, "killed"),
        ):
            for each in running:
                _send(each, number)
            running = self._wait(running, seconds, how, until=lambda: False)
        if running:
            raise StillRunning(names=", ".join(f"{each.name} (pid {each.process.pid})" for each in running))

    def _wait(
        self, running: Sequence[Running], seconds: float, how: str, until: Callable[[], bool]
    ) -> list[Running]:
        """Wait until none of them lives, or `until`, or for so long; return those that live."""
        deadline = time.monotonic() + seconds
        left = list(running)
        while True:
            for each in [each for each in left if _gone(each)]:
                left.remove(each)
                for name in each.instance_ids:
                    self.record(name, how)
            if not left or until() or time.monotonic() >= deadline:
                return left
            time.sleep(_POLL_SECONDS)


def _forget_the_dead(layout: Layout) -> None:
    for path in layout.run_dir.glob("*.json"):
        record = pidfile.read(path)
        if record is None or not pidfile.is_alive(record):
            with suppress(OSError):
                path.unlink()


def _gone(running: Running) -> bool:
    return is_gone(running.process)


def _send(running: Running, number: signal.Signals) -> None:
    # Somebody else's process will still run in the end, and be named then.
    with suppress(psutil.AccessDenied):
        send(running.process, number)
