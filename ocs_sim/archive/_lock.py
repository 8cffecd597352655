"""Locks that end with the process that holds them."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ocs_sim.archive._errors import DirectoryInUse, JournalInUse

LOCK_NAME = ".recording"


class DirectoryLock:
    """The right to record into a directory; the lock file names the holder's process id."""

    def __init__(self, directory: Path) -> None:
        """Take the lock; raises DirectoryInUse, which names who has it."""
        path = self._path = directory / LOCK_NAME
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            pid = os.pread(self._descriptor, 32, 0).decode().strip() or "unknown"
            os.close(self._descriptor)
            raise DirectoryInUse(directory=directory, pid=pid) from None
        except OSError:
            os.close(self._descriptor)
            raise

    @property
    def is_in_place(self) -> bool:
        """Tell whether the lock is still where others look for it."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def release(self) -> None:
        """Let others record."""
        os.close(self._descriptor)


def lock_journal(descriptor: int, path: Path) -> None:
    """Lock an open journal against being sealed or written elsewhere; raises JournalInUse."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise JournalInUse(path=path) from None
