"""One HostMaster for each host: two would start and stop each other's children."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from ocs_sim.supervise._errors import AlreadyLookedAfter


class HostLock:
    """A lock that is held for as long as this process lives, and that even SIGKILL releases."""

    def __init__(self, run_dir: Path, host: str) -> None:
        """Take the lock of a host; raises AlreadyLookedAfter when another process has it."""
        run_dir.mkdir(parents=True, exist_ok=True)
        path = run_dir / f"host-{host}.lock"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip()
            self.release()
            raise AlreadyLookedAfter(host=host, pid=holder or "unknown", path=path) from None
        # Only told to people: a full disk is no reason not to run.
        with suppress(OSError):
            os.truncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._descriptor)
