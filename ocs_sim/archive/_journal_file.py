"""The file of a journal, written so that a write that failed can be repeated."""

from __future__ import annotations

import os
from pathlib import Path

from ocs_sim.archive._lock import lock_journal
from ocs_sim.archive._paths import sync_directory

_PIECE_BYTES = 2**20


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
        """Tell whether somebody deleted the file or moved it away; what it holds can still be read."""
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._descriptor))
        except (FileNotFoundError, NotADirectoryError):
            return True

    def append(self, data: bytes | memoryview) -> None:
        """Write `data` and wait until it is on the disk; raises OSError, after which it may be repeated."""
        offset = self._write(data, self.size)
        os.fdatasync(self._descriptor)
        self.size = offset

    def copy_from(self, other: JournalFile) -> None:
        """Begin with everything that was appended to another; raises OSError."""
        offset = 0
        while offset < other.size:
            piece = os.pread(other._descriptor, min(_PIECE_BYTES, other.size - offset), offset)
            if not piece:
                break
            offset = self._write(piece, offset)
        os.fdatasync(self._descriptor)
        self.size = offset

    def cut(self) -> None:
        """Remove what a write that failed left behind; raises OSError."""
        os.ftruncate(self._descriptor, self.size)

    def close(self) -> None:
        """Unlock and close the file."""
        os.close(self._descriptor)

    def _write(self, data: bytes | memoryview, offset: int) -> int:
        rest = memoryview(data)
        while rest:
            written = os.pwrite(self._descriptor, rest, offset)
            offset += written
            rest = rest[written:]
        return offset
