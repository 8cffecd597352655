"""The file of a journal, written so that a write that failed can be repeated."""

from __future__ import annotations

import os
from pathlib import Path

from ocs_sim.archive._lock import lock_journal
from ocs_sim.archive._paths import sync_directory


class JournalFile:
    """An append-only file; `size` is what is known to be on the disk.

    Each write starts at `size`, whatever an earlier one left behind it: so after an error the same
    bytes, and more, are simply written again, and a page that a failed fsync dropped is dirty again.
    """

    def __init__(self, path: Path) -> None:
        """Create the file and lock it; raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            lock_journal(self._descriptor, path)
            sync_directory(path.parent)
            sync_directory(path.parent.parent)
        except OSError:
            os.close(self._descriptor)
            path.unlink(missing_ok=True)
            raise

    @property
    def is_removed(self) -> bool:
        """Tell whether somebody deleted the file; what it holds can still be read."""
        return os.fstat(self._descriptor).st_nlink == 0

    def append(self, data: bytes) -> None:
        """Write `data` and wait until it is on the disk; raises OSError, after which it may be repeated."""
        rest, offset = memoryview(data), self.size
        while rest:
            written = os.pwrite(self._descriptor, rest, offset)
            offset += written
            rest = rest[written:]
        os.fdatasync(self._descriptor)
        self.size = offset

    def content(self) -> bytes:
        """Return everything that was appended."""
        return os.pread(self._descriptor, self.size, 0)

    def close(self) -> None:
        """Unlock and close the file."""
        os.close(self._descriptor)
