"""Records blocks: to a journal at once, from there into sealed files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ocs_sim.archive._encoder import Encoder
from ocs_sim.archive._framing import HEADER
from ocs_sim.archive._journal_file import JournalFile
from ocs_sim.archive._lock import DirectoryLock
from ocs_sim.archive._paths import JOURNAL, SEALED, free_stem, journals
from ocs_sim.archive._payloads import Described, facts_frame, gap_frame
from ocs_sim.archive._records import Gap, Record
from ocs_sim.archive._sealer import Seal, Sealer, seal_in_child
from ocs_sim.clock import Clock, SystemClock

_BYTES_PER_FILE = 256 * 2**20


class ArchiveWriter:
    """The one writer of a directory.

    `append` only encodes into memory; `sync`, to be called about every 100 ms, does the disk's work
    and is what makes samples durable. When `sync` raises OSError nothing is lost: the samples stay in
    memory (`pending_bytes`) and the next `sync` writes them. Not thread-safe: one thread calls it.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Clock | None = None,
        seconds_per_file: float = 3600,
        bytes_per_file: int = _BYTES_PER_FILE,
        seal: Seal = seal_in_child,
        site: str = "",
    ) -> None:
        """Lock `directory`, made when missing; raises DirectoryInUse, OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._clock = clock or SystemClock()
        self._seconds_per_file = seconds_per_file
        self._bytes_per_file = bytes_per_file
        self._site = site
        self._lock = DirectoryLock(directory)
        self._sealer = Sealer(seal)
        self._encoder = Encoder()
        self._pending: list[bytes] = []
        self._journal: JournalFile | None = None
        self._opened = 0.0
        self.pending_bytes = 0

    @property
    def current_file(self) -> Path | None:
        """The file that what is being recorded will be sealed into; None between files."""
        return self._journal.path.with_suffix(SEALED) if self._journal else None

    @property
    def unsealed(self) -> list[Path]:
        """The closed journals that wait for being sealed."""
        return self._sealer.waiting

    @property
    def seal_trouble(self) -> str | None:
        """What keeps journals from being sealed; it is tried again every few seconds."""
        return self._sealer.trouble

    def recover(self) -> list[Path]:
        """Have the journals that an earlier writer left sealed in the background; return them."""
        found = [path for path in journals(self.directory) if path != self._live_path()]
        for journal in found:
            self._sealer.add(journal)
        return found

    def describe(self, feed_address: str, boot_id: str, blocks: Described) -> None:
        """Remember units and descriptions of a feed's fields, for this file and those that follow."""
        self._encoder.describe(feed_address, boot_id, blocks)

    def append(self, record: Record) -> None:
        """Take one block; it is durable after the next `sync`. Raises BadRecord and then keeps nothing."""
        frames = self._encoder.encode(record)
        if frames:
            self._pending.append(frames)
            self.pending_bytes += len(frames)

    def note_gap(self, gap: Gap) -> None:
        """Record that blocks are gone for good, and why; `check` then tells the reason."""
        frames = gap_frame(gap)
        self._pending.append(frames)
        self.pending_bytes += len(frames)

    def sync(self) -> int:
        """Write what is pending and wait for the disk; rotate when it is time. Return the bytes written.

        Raises OSError; then the samples stay in memory until a later call succeeds.
        """
        written = self._write() if self._pending else 0
        journal = self._journal
        if journal and (journal.size >= self._bytes_per_file or self._age() >= self._seconds_per_file):
            self.rotate()
        return written

    def rotate(self) -> None:
        """End the current file, which is then sealed in the background. Raises OSError."""
        if self._pending:
            self._write()
        if self._journal:
            self._journal.close()
            self._sealer.add(self._journal.path)
            self._journal = None
        self._encoder.restart()

    def close(self) -> list[Path]:
        """Write and seal everything, unlock the directory, and return the journals left unsealed.

        Raises OSError when the last samples cannot be written; the directory is unlocked all the same.
        """
        try:
            self.rotate()
        finally:
            unsealed = self._sealer.close()
            if self._journal:
                self._journal.close()
            self._lock.release()
        return unsealed

    def _write(self) -> int:
        if self._journal is None:
            self._journal = self._open()
            self._pending.insert(0, HEADER + facts_frame(self._facts()))
        elif self._journal.is_removed:
            replacement = self._open()
            self._pending.insert(0, self._journal.content())
            self._journal.close()
            self._journal = replacement
        data = b"".join(self._pending)
        self._journal.append(data)
        self._pending.clear()
        self.pending_bytes = 0
        return len(data)

    def _open(self) -> JournalFile:
        stem = free_stem(self.directory, self._clock.time())
        journal = JournalFile(stem.with_suffix(JOURNAL))
        self._opened = self._clock.monotonic()
        return journal

    def _facts(self) -> Mapping[str, Any]:
        return {
            "id": uuid.uuid4().hex,
            "created": self._clock.time(),
            "creator": f"ocs-sim {version('ocs-sim')}",
            "site": self._site,
        }

    def _age(self) -> float:
        return self._clock.monotonic() - self._opened

    def _live_path(self) -> Path | None:
        return self._journal.path if self._journal else None
