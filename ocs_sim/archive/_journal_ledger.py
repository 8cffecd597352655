"""Which blocks an archive has: rebuilt from what its journals and its newest sealed files say."""

from __future__ import annotations

import json
import math
import mmap
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from ocs_sim.archive._errors import ArchiveError, LedgerUnknown
from ocs_sim.archive._framing import HEADER, VERSION, header_version, scan
from ocs_sim.archive._journal_index import JournalIndex
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._paths import sealed_files
from ocs_sim.archive._payloads import PayloadKind, decode

ReadSealed = Callable[[Path], Ledger]


def ledger_of_index(index: JournalIndex) -> Ledger:
    """Return what was recorded up to the end of a journal, as far as it says."""
    ledger = Ledger(float(index.facts.get("created", math.inf)))
    if index.snapshot is not None:
        ledger.merge_encoded(index.snapshot)
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for entries in index.entries:
        for boot, sequence in zip(entries.boots, entries.sequences, strict=True):
            if sequence is not None:
                found[entries.layout.feed_address, boot].append(sequence)
    for (feed_address, boot), sequences in found.items():
        add_all(ledger, feed_address, index.boots[boot], sequences)
    for gap in index.gaps:
        ledger.give_up(gap.feed_address, gap.boot_id, gap.first_missing, gap.last_missing)
    return ledger


def add_all(ledger: Ledger, feed_address: str, boot_id: str, sequences: list[int]) -> None:
    """Note blocks in any order; together, for a feed's blocks of one name need not have numbers in a row."""
    sequences.sort()
    first = sequences[0]
    for number, following in pairwise([*sequences, sequences[-1] + 2]):
        if following > number + 1:
            ledger.add_run(feed_address, boot_id, first, number)
            first = following


def read_journal(path: Path) -> tuple[Ledger, bool]:
    """Return what a journal says, and whether that includes all that was recorded before it.

    Raises FileNotFoundError, OSError. A journal of an unknown format says nothing.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        if not size:
            return Ledger(), False
        with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as buffer:
            return _scanned(buffer) if header_version(buffer) == VERSION else (Ledger(), False)
    finally:
        os.close(descriptor)


def _scanned(buffer: memoryview) -> tuple[Ledger, bool]:
    # Without the index, which would keep six numbers of each block in memory.
    reading = _Reading()
    for begin, end in scan(buffer, len(HEADER)):
        try:
            reading.take(decode(buffer[begin:end]))
        except (LookupError, TypeError, ValueError, AttributeError):
            # Intact, and yet not as we write: whoever seals the journal will tell.
            continue
    return reading.ledger, reading.is_whole


class _Reading:
    def __init__(self) -> None:
        self.ledger, self.is_whole = Ledger(), False
        self._feeds: dict[int, str] = {}
        self._boots: dict[int, str] = {}

    def take(self, payload: list[Any]) -> None:
        kind, *rest = payload
        ledger = self.ledger
        if kind == PayloadKind.DATA:
            if rest[2] is not None:
                ledger.add(self._feeds[rest[0]], self._boots[rest[1]], rest[2])
        elif kind == PayloadKind.LAYOUT:
            self._feeds[rest[0]] = rest[1]
        elif kind == PayloadKind.BOOT:
            self._boots[rest[0]] = rest[1]
        elif kind == PayloadKind.GAP:
            ledger.give_up(*rest[:4])
        elif kind == PayloadKind.LEDGER:
            ledger.merge_encoded(rest[0])
            self.is_whole = True
        elif kind == PayloadKind.FACTS:
            ledger.since = min(ledger.since, float(rest[0].get("created", math.inf)))


def rebuild(directory: Path, journals: list[Path], read_sealed: ReadSealed) -> Ledger:
    """Return what an archive has; raises LedgerUnknown when its sealed files would have to tell and cannot.

    Each journal begins with what was recorded before it, so the newest says it all, as a rule.
    """
    ledger = Ledger()
    newest: Path | None = None
    are_complete = True
    for path in journals:
        try:
            found, is_whole = read_journal(path)
        except FileNotFoundError:
            # A process that an earlier recorder left behind has sealed it just now.
            are_complete = False
            continue
        except OSError as error:
            raise LedgerUnknown(directory=directory, fault=str(error)) from error
        ledger.merge(found)
        newest = path if is_whole else newest
    sealed = sealed_files(directory)
    if sealed and not (newest and are_complete and _is_newest(newest, sealed[-1])):
        ledger.merge(read_sealed(directory))
    return ledger


def _is_newest(journal: Path, sealed: Path) -> bool:
    stems = [path.stem for path in (sealed, journal)]
    return all(stem.isdigit() for stem in stems) and all(int(a) < int(b) for a, b in pairwise(stems))


def read_sealed_in_child(directory: Path) -> Ledger:
    """Return what the newest sealed files say, read by a process of its own, which may load numpy and HDF5.

    Raises LedgerUnknown.
    """
    command = [sys.executable, "-m", "ocs_sim.archive", "--ledger", str(directory)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise LedgerUnknown(directory=directory, fault=lines[-1])
        return Ledger.decode(json.loads(done.stdout))
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise LedgerUnknown(directory=directory, fault=f"{type(error).__name__}: {error}") from error
