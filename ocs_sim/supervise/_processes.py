"""Child processes of this machine, which live on when HostMaster is killed."""

from __future__ import annotations

import asyncio
import os
import select
import shlex
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ocs_sim.supervise._errors import NotSpawned
from ocs_sim.supervise._living import find_living, remove_records, write_records
from ocs_sim.supervise._output import OutputFile
from ocs_sim.supervise._ports import Exit, Handle, ProcessSpec, Usage

_TAIL_LINES = 20
# Linux derives the moment of creation from a boot time that moves when the clock is set.
_CLOCK_STEP_SECONDS = 2.0


@dataclass(frozen=True)
class _Tracked:
    spec: ProcessSpec
    pidfd: int
    process: psutil.Process
    output: OutputFile
    popen: subprocess.Popen[bytes] | None = None


class LocalProcesses:
    """Starts, finds, signals and buries the processes of children.

    `on_exit` is called on `loop`, where one is given, as soon as any of them ends. Every process is held
    by a pidfd, so that no signal ever reaches another process that was given the same number.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        quiet: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
        on_exit: Callable[[], None] = lambda: None,
    ) -> None:
        self._run_dir = run_dir
        self._quiet = quiet
        self._loop = loop
        self._on_exit = on_exit
        self._tracked: dict[Handle, _Tracked] = {}

    def find(self, spec: ProcessSpec) -> Handle | None:
        """Return the living process whose pid files name exactly the agents of `spec`."""
        for living in find_living(self._run_dir):
            if living.is_what(spec) and self.hold(spec, living.handle):
                return living.handle
        return None

    def hold(self, spec: ProcessSpec, handle: Handle) -> bool:
        """Watch over a process that somebody else started; return False when it is gone."""
        if handle in self._tracked:
            return True
        try:
            pidfd = os.pidfd_open(handle.pid)
        except OSError:
            return False
        process = _look_up(handle)
        if process is None:
            os.close(pidfd)
            return False
        self._track(handle, _Tracked(spec, pidfd, process, OutputFile(self._run_dir, spec.name)))
        return True

    def spawn(self, spec: ProcessSpec) -> Handle:
        """Start a process in a session of its own; raises NotSpawned."""
        output = OutputFile(self._run_dir, spec.name)
        try:
            popen = self._start(spec, output)
            pidfd = _open_or_end(popen)
        except OSError as error:
            raise NotSpawned(label=spec.label, reason=error, command=shlex.join(spec.command)) from error
        process = psutil.Process(popen.pid)
        handle = Handle(popen.pid, process.create_time())
        self._track(handle, _Tracked(spec, pidfd, process, output, popen))
        # A full disk is no reason not to run: the agent writes its own record when it can.
        with suppress(OSError):
            write_records(self._run_dir, spec, handle)
        return handle

    def signal(self, handle: Handle, number: signal.Signals) -> None:
        """Send a signal, also to a suspended process; SIGKILL reaches what the process has started itself."""
        tracked = self._tracked.get(handle)
        if tracked is None:
            return
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL and os.getpgid(handle.pid) == handle.pid:
                os.killpg(handle.pid, number)
            signal.pidfd_send_signal(tracked.pidfd, number)
            if number is not signal.SIGKILL:
                signal.pidfd_send_signal(tracked.pidfd, signal.SIGCONT)

    def poll(self, handle: Handle) -> Exit | None:
        """Return how a process ended, once, or None while it lives; its pid files go with it."""
        tracked = self._tracked.get(handle)
        if tracked is None or not _has_ended(tracked):
            return None
        self._forget(handle)
        with suppress(OSError):
            remove_records(self._run_dir, [member.instance_id for member in tracked.spec.members], handle)
        code = tracked.popen.returncode if tracked.popen else None
        return Exit.of_code(code, tracked.output.tail(_TAIL_LINES))

    def usage(self, handle: Handle) -> Usage | None:
        """Return what a process uses since the last time it was asked for."""
        tracked = self._tracked.get(handle)
        if tracked is None:
            return None
        tracked.output.shorten()
        try:
            with tracked.process.oneshot():
                return Usage(tracked.process.cpu_percent(None), tracked.process.memory_info().rss)
        except psutil.Error:
            return None

    def close(self) -> None:
        """Let go of every process, without ending any."""
        for handle in list(self._tracked):
            self._forget(handle)

    def _start(self, spec: ProcessSpec, output: OutputFile) -> subprocess.Popen[bytes]:
        written = output.open()
        try:
            return subprocess.Popen(
                spec.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if self._quiet else written,
                stderr=written,
                cwd=spec.working_dir,
                env={"PYTHONUNBUFFERED": "1"} | os.environ | dict(spec.environment),
                start_new_session=True,
            )
        finally:
            os.close(written)

    def _track(self, handle: Handle, tracked: _Tracked) -> None:
        self._tracked[handle] = tracked
        if self._loop is not None:
            self._loop.add_reader(tracked.pidfd, self._notice, handle)

    def _notice(self, handle: Handle) -> None:
        # A pidfd stays readable once its process has ended: look once, and leave the rest to poll().
        if self._loop is not None and handle in self._tracked:
            self._loop.remove_reader(self._tracked[handle].pidfd)
        self._on_exit()

    def _forget(self, handle: Handle) -> None:
        tracked = self._tracked.pop(handle)
        if self._loop is not None:
            self._loop.remove_reader(tracked.pidfd)
        os.close(tracked.pidfd)


def _open_or_end(popen: subprocess.Popen[bytes]) -> int:
    try:
        return os.pidfd_open(popen.pid)
    except OSError:
        popen.kill()
        popen.wait()
        raise


def _has_ended(tracked: _Tracked) -> bool:
    if tracked.popen is not None:
        return tracked.popen.poll() is not None
    poller = select.poll()
    poller.register(tracked.pidfd, select.POLLIN)
    return bool(poller.poll(0))


def _look_up(handle: Handle) -> psutil.Process | None:
    try:
        process = psutil.Process(handle.pid)
        return process if abs(process.create_time() - handle.create_time) < _CLOCK_STEP_SECONDS else None
    except psutil.Error:
        return None
