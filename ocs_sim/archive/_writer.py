"""Records blocks: to a journal at once, from there into sealed files."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Mapping
from importlib.metadata import version
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any

from ocs_sim.archive._encoder import Encoder, Placed
from ocs_sim.archive._errors import LedgerUnknown
from ocs_sim.archive._framing import HEADER
from ocs_sim.archive._journal_file import JournalFile
from ocs_sim.archive._journal_ledger import ReadSealed, read_sealed_in_child, rebuild
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._lock import DirectoryLock
from ocs_sim.archive._paths import JOURNAL, SEALED, free_stem, journals
from ocs_sim.archive._payloads import Described, facts_frame, gap_frame, ledger_frame
from ocs_sim.archive._records import Gap, Layout, Record
from ocs_sim.archive._sealer import Seal, Sealer, seal_in_child
from ocs_sim.clock import Clock, SystemClock

_BYTES_PER_FILE = 256 * 2**20
_PIECE_BYTES = 4 * 2**20
# What may be wrong with one file while another can be written.
_OF_THE_FILE = (errno.EIO, errno.EFBIG)
_FAILURES_PER_FILE = 3
# More than that, and somebody has set the clock.
_MOST_SECONDS_AHEAD = 600


class ArchiveWriter:
    """The one writer of a directory.

    `append` only encodes into memory; `sync`, to be called about every 100 ms, does the disk's work
    and is what makes samples durable. When `sync` raises OSError nothing is lost: the samples stay in
    memory (`pending_bytes`) and the next `sync` writes them. `ledger` is what the directory has, as far
    as blocks are numbered. Not thread-safe: one thread calls it.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Clock | None = None,
        seconds_per_file: float = 3600,
        bytes_per_file: int = _BYTES_PER_FILE,
        seal: Seal = seal_in_child,
        read_sealed: ReadSealed = read_sealed_in_child,
        site: str = "",
    ) -> None:
        """Lock `directory`, made when missing; raises DirectoryInUse, OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.ledger = Ledger()
        self._clock = clock or SystemClock()
        self._seconds_per_file = seconds_per_file
        self._bytes_per_file = bytes_per_file
        self._read_sealed = read_sealed
        self._site = site
        self._lock = DirectoryLock(directory)
        self._sealer = Sealer(seal)
        self._encoder = Encoder()
        self._pending: list[bytes] = []
        self._journal: JournalFile | None = None
        self._snapshot: Mapping[str, Any] | None = None
        self._is_recovered = False
        self._failures = 0
        self._opened = 0.0
        self._newest = 0
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
    def sealed_files(self) -> int:
        """How many files were sealed."""
        return self._sealer.sealed

    @property
    def seal_trouble(self) -> str | None:
        """What keeps journals from being sealed; it is tried again every few seconds."""
        return self._sealer.trouble

    def recover(self) -> tuple[list[Path], str | None]:
        """Learn what is recorded already, and have journals that an earlier writer left sealed.

        Returns these journals, and what keeps the ledger from being complete, if anything does.
        """
        found = [path for path in journals(self.directory) if path != self._live_path()]
        fault = None
        try:
            self.ledger.merge(rebuild(self.directory, found, self._read_sealed))
            self._is_recovered = True
        except LedgerUnknown as error:
            fault = str(error)
        self.ledger.since = min(self.ledger.since, self._clock.time())
        self._take_snapshot()
        # Not before they have been read: sealed they are gone.
        for journal in found:
            self._sealer.add(journal)
        return found, fault

    def describe(self, feed_address: str, boot_id: str, blocks: Described) -> None:
        """Remember units and descriptions of a feed's fields, for this file and those that follow."""
        self._encoder.describe(feed_address, boot_id, blocks)

    def append(self, record: Record) -> bool:
        """Take one block; it is durable after the next `sync`. Returns False when there is nothing in it.

        Raises BadRecord and then keeps nothing.
        """
        frames = self._encoder.encode(record)
        if frames and record.sequence is not None:
            self.ledger.add(record.feed_address, record.boot_id, record.sequence)
        self._add(frames)
        return bool(frames)

    def append_blob(
        self, placed: Placed, sequence: int | None, received: float, samples: int, blob: bytes
    ) -> None:
        """Take one block whose samples are packed as a journal has them; the caller minds the ledger."""
        self._add(self._encoder.encode_blob(placed, sequence, received, samples, blob))

    def layout_of(self, feed_address: str, block: str) -> Layout | None:
        """Return the layout of a block as it was last appended."""
        return self._encoder.layout_of(feed_address, block)

    def keeps(self, layout: Layout) -> bool:
        """Tell whether other samples of the same types will get the same layout, whatever their values."""
        return self._encoder.keeps(layout)

    def note_gap(self, gap: Gap) -> None:
        """Record that blocks are gone for good, and why; `check` then tells the reason."""
        self.ledger.give_up(gap.feed_address, gap.boot_id, gap.first_missing, gap.last_missing)
        self._add(gap_frame(gap))

    def sync(self) -> int:
        """Write what is pending and wait for the disk; rotate when it is time. Return the bytes written.

        Raises OSError; then what was not written stays in memory until a later call succeeds.
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
        self._take_snapshot()

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

    def _add(self, frames: bytes) -> None:
        if frames:
            self._pending.append(frames)
            self.pending_bytes += len(frames)

    def _write(self) -> int:
        written = 0
        while self._pending:
            journal = self._ready()
            count, data = self._piece()
            try:
                journal.append(data)
            except OSError as error:
                self._note_failure(journal, error)
                raise
            self._failures = 0
            del self._pending[:count]
            self.pending_bytes -= len(data)
            written += len(data)
        return written

    def _piece(self) -> tuple[int, bytes]:
        # In pieces, so that a disk that is nearly full takes what it can, and memory becomes free.
        sizes = accumulate(map(len, self._pending))
        count = 1 + sum(1 for _ in takewhile(lambda size: size < _PIECE_BYTES, sizes))
        return count, b"".join(self._pending[:count])

    def _ready(self) -> JournalFile:
        if self._journal is None:
            self._journal = self._open()
            self._begin_with(HEADER + facts_frame(self._facts()) + self._told_before())
        elif self._journal.is_removed:
            self._replace(self._journal)
        return self._journal

    def _begin_with(self, frames: bytes) -> None:
        self._pending.insert(0, frames)
        self.pending_bytes += len(frames)

    def _told_before(self) -> bytes:
        return ledger_frame(self._snapshot) if self._snapshot is not None else b""

    def _take_snapshot(self) -> None:
        # Only when all of it is durable: a journal must not begin by claiming what it has yet to say.
        self._snapshot = self.ledger.encode() if self._is_recovered else None

    def _note_failure(self, journal: JournalFile, error: OSError) -> None:
        self._failures += 1
        if error.errno in _OF_THE_FILE and self._failures >= _FAILURES_PER_FILE and journal.size:
            self._leave(journal)

    def _leave(self, journal: JournalFile) -> None:
        # Perhaps another file can be written. What is pending goes on with what this one has been told.
        try:
            journal.cut()
        except OSError:
            return
        journal.close()
        self._sealer.add(journal.path)
        self._journal = self._snapshot = None
        self._failures = 0
        self._begin_with(self._encoder.introductions())

    def _replace(self, removed: JournalFile) -> None:
        replacement = self._open()
        try:
            replacement.copy_from(removed)
        except OSError:
            replacement.close()
            replacement.path.unlink(missing_ok=True)
            raise
        self._journal = replacement
        removed.close()

    def _open(self) -> JournalFile:
        if not self._lock.is_in_place:
            self.directory.mkdir(parents=True, exist_ok=True)
            lock, self._lock = self._lock, DirectoryLock(self.directory)
            lock.release()
        stem = free_stem(self.directory, self._second())
        self._newest = int(stem.name)
        journal = JournalFile(stem.with_suffix(JOURNAL))
        self._opened = self._clock.monotonic()
        return journal

    def _second(self) -> float:
        # Names ran ahead of a clock in whose seconds several files were begun. One that was pruned since
        # is free again, but it is no name for what is younger than its neighbours.
        now = self._clock.time()
        is_ahead = now <= self._newest + 1 <= now + _MOST_SECONDS_AHEAD
        return self._newest + 1 if is_ahead else now

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
