"""Starting, ending and looking at processes of this machine, whoever is their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

_POLL_SECONDS = 0.01


class Detached(subprocess.Popen[bytes]):
    """A process in a session of its own, which is meant to outlive the one that starts it."""

    def __init__(self, command: Sequence[str | Path], output: Path, working_dir: Path) -> None:
        """Start a process that appends what it prints to `output` and shares no stream with this one."""
        with output.open("ab") as written:
            super().__init__(
                command,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
                cwd=working_dir,
            )

    def __del__(self) -> None:
        """Say nothing, where Popen would warn that the process still runs."""


def look_up(pid: int) -> psutil.Process | None:
    """Return a process that lives; a dead one that waits to be reaped does not."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        # A process is a zombie as soon as its first thread is; its others may still hold the sockets.
        if process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1:
            return process
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return None


def is_gone(process: psutil.Process) -> bool:
    """Return whether a process has ended, its last thread included."""
    return look_up(process.pid) is None or not process.is_running()


def is_suspended(process: psutil.Process) -> bool:
    """Return whether somebody has stopped a process with SIGSTOP, Ctrl-Z or a debugger."""
    try:
        return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    except psutil.Error:
        return False


def send(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal; to a suspended process it arrives too. A process that is gone is no error.

    Raises psutil.AccessDenied for somebody else's process.
    """
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
        if number is not signal.SIGKILL:
            process.send_signal(signal.SIGCONT)


def wait_until_gone(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all are gone; return those that are not after `seconds`."""
    deadline = time.monotonic() + seconds
    while left := [each for each in processes if not is_gone(each)]:
        if time.monotonic() >= deadline:
            break
        time.sleep(_POLL_SECONDS)
    return left
