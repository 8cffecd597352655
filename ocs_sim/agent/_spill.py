"""What an agent has published, in files: so that it outlives the agent's process and its memory."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from ocs_sim.agent._earlier_boots import EarlierBoots
from ocs_sim.agent._publication import Publication
from ocs_sim.agent._spill_segment import MAGIC, SUFFIX, Segment, encode, record_bytes
from ocs_sim.agent._spilled_boot import SpilledBoot, hold
from ocs_sim.clock import Clock

_TRY_AGAIN_SECONDS = 10.0
_SMALLEST_SEGMENT_BYTES = 64 * 2**10
_LARGEST_SEGMENT_BYTES = 16 * 2**20


def spill_directory(log_dir: Path, instance_id: str) -> Path:
    """Return where an agent spills, each boot in a directory of its own."""
    return log_dir / "spill" / instance_id


class Spill:
    """Appends publications to files of at most `capacity_bytes` together, earlier boots' included.

    The oldest file goes first. A disk that does not take them is no reason to fail: the agent goes on
    without, counts what is missing, and tries again. All methods but `boot` are for any thread.
    """

    def __init__(
        self,
        directory: Path,
        boot_id: str,
        capacity_bytes: int,
        clock: Clock,
        log: logging.Logger | logging.LoggerAdapter[Any],
    ) -> None:
        """Prepare to spill below `directory`, which is that of one agent; nothing is written yet."""
        self.present = SpilledBoot(directory / boot_id)
        self.missed_blocks = 0
        self._capacity = capacity_bytes
        self._segment_bytes = min(max(capacity_bytes // 8, _SMALLEST_SEGMENT_BYTES), _LARGEST_SEGMENT_BYTES)
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()
        self._earlier = EarlierBoots(directory, boot_id, clock)
        self._holding: int | None = None
        self._file: int | None = None
        self._number = 0
        self._failed_at: float | None = None
        self._has_left_out = False

    @property
    def directory(self) -> Path:
        """Where this boot's files are."""
        return self.present.directory

    @property
    def size_bytes(self) -> int:
        """How much room all files take."""
        return self.present.size_bytes + self._earlier.size_bytes

    def append(self, publication: Publication) -> bool:
        """Write a publication, not through to the disk; return whether that succeeded."""
        with self._lock:
            if len(MAGIC) + record_bytes(publication) > self._capacity:
                self._leave_out(publication)
                return False
            if self._failed_at is not None and self._clock.monotonic() < self._failed_at + _TRY_AGAIN_SECONDS:
                self.missed_blocks += publication.blocks
                return False
            try:
                self._write(publication, encode(publication))
            except Exception as fault:  # whatever is wrong with the files, what is published must be sent
                self._fail(fault, publication)
                return False
            if self._failed_at is not None:
                self._failed_at = None
                self._log.warning("publications are kept in %s again", self.directory)
            return True

    def earlier(self) -> list[str]:
        """Return the boot ids of earlier boots of which something is left, oldest first."""
        with self._lock:
            return self._earlier.boot_ids()

    async def boot(self, boot_id: str, pause: Callable[[], Awaitable[object]]) -> SpilledBoot | None:
        """Return what is left of a boot, or None; `pause` is awaited between two files."""
        if boot_id == self.present.boot_id:
            return self.present
        with self._lock:
            found = self._earlier.find(boot_id)
        if found is not None:
            await found.read_files(pause)
        return found

    def close(self, unsent: Iterable[Publication]) -> None:
        """Write what was not sent and is not in a file yet; end."""
        if self._failed_at is not None:
            self._failed_at = self._clock.monotonic() - _TRY_AGAIN_SECONDS
        for each in unsent:
            if not each.spilled:
                self.append(each)
        with self._lock:
            self._end_file()
            if not any(each.topics for each in self.present.segments):
                self.present.remove()
            self._let_go()

    def _write(self, publication: Publication, record: bytes) -> None:
        segment = self._segment_for(publication, len(record))
        assert self._file is not None  # noqa: S101 - it is the segment's
        written = os.write(self._file, record)
        if written != len(record):
            # The disk is full. Nobody shall find half a record behind which there might be another.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, segment.size_bytes)
            raise OSError(f"{written} of {len(record)} bytes were taken")
        segment.note(publication, len(record))

    def _segment_for(self, publication: Publication, size_bytes: int) -> Segment:
        if self._file is not None:
            segment = self.present.segments[-1]
            fits = segment.size_bytes + size_bytes <= self._segment_bytes
            if fits and segment.keeps_order(publication):
                return segment
        self._end_file()
        self._make_room(max(self._segment_bytes, len(MAGIC) + size_bytes))
        return self._begin_file()

    def _begin_file(self) -> Segment:
        if self._holding is None or not self.directory.exists():
            self._let_go()
            self.directory.mkdir(parents=True, exist_ok=True)
            self._holding = hold(self.directory)
        self._number += 1
        path = self.directory / f"{self._number:08d}{SUFFIX}"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        segment = Segment(path)
        self.present.segments.append(segment)
        segment.size_bytes = os.write(self._file, MAGIC)
        return segment

    def _make_room(self, size_bytes: int) -> None:
        self._earlier.expire()
        while self.size_bytes + size_bytes > self._capacity:
            if self._earlier.size_bytes:
                self._earlier.remove_oldest()
            elif self.present.segments:
                self.present.remove_oldest()
            else:
                raise OSError(f"{size_bytes} bytes are more than may be kept")

    def _leave_out(self, publication: Publication) -> None:
        # Nothing else is to make room for it, or to wait for another try.
        self.missed_blocks += publication.blocks
        if not self._has_left_out:
            self._has_left_out = True
            self._log.error(
                "publications of %d bytes are not kept in %s, which may have %d in all",
                len(publication.packed),
                self.directory,
                self._capacity,
            )

    def _let_go(self) -> None:
        if self._holding is not None:
            os.close(self._holding)
            self._holding = None

    def _end_file(self) -> None:
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            os.close(self._file)
        self._file = None

    def _fail(self, fault: Exception, publication: Publication) -> None:
        self.missed_blocks += publication.blocks
        if self._failed_at is None:
            self._log.error("publications are not kept in %s for now: %s", self.directory, fault)
        self._failed_at = self._clock.monotonic()
        # The next try has a file of its own: this one's end may be odd.
        self._end_file()
