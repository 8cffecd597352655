"""A file that is read again when it has changed, so that no process needs a restart for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

Content = TypeVar("Content")
_Stamp = tuple[int, int, int, int] | None


class WatchedFile(Generic[Content]):
    """What a file says, as it is now; for any thread. What `read` raises goes to whoever asks."""

    def __init__(self, path: Path, read: Callable[[Path], Content]) -> None:
        """`read` is called before the first answer and after each change, also when the file is gone."""
        self._path = path
        self._read = read
        self._lock = threading.Lock()
        self._known: tuple[_Stamp, Content] | None = None

    def content(self) -> Content:
        """Return what the file says."""
        with self._lock:
            stamp = self._stamp()
            if self._known is None or stamp is None or self._known[0] != stamp:
                # Reading may make the file: what it was before counts, so that a change is never missed.
                self._known = (stamp, self._read(self._path))
            return self._known[1]

    def _stamp(self) -> _Stamp:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        # The mode, too: a secret that others may read from now on is none any more.
        return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode
