"""One command at a time: two that start and stop the same observatory at once undo each other's work."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ocs_sim.launch._errors import AnotherCommand

_POLL_SECONDS = 0.05


@contextmanager
def turn(run_dir: Path, timeout_seconds: float) -> Iterator[None]:
    """Wait until no other command starts or stops agents, then keep others waiting.

    Raises:
        AnotherCommand: when the other does not end within the time.
        OSError: when the directory cannot be written.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(run_dir / ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(handle, time.monotonic() + timeout_seconds)
        yield
    finally:
        os.close(handle)


def _take(handle: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise AnotherCommand(pid=os.pread(handle, 20, 0).decode().strip() or "unknown") from None
            time.sleep(_POLL_SECONDS)
        else:
            # Only told to people: a full disk is no reason to stop here.
            with suppress(OSError):
                os.ftruncate(handle, 0)
                os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            return
