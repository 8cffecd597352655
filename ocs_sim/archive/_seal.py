"""Turns a journal into a file that any HDF5 reader opens, losing nothing if killed at any moment.

The order is what makes it safe: build under a hidden name, compare with the journal, fsync, rename,
fsync the directory, and only then remove the journal. Begun again, it starts over or merely finishes.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._block_arrays import ARCHIVE_GROUP, BlockArrays, block_arrays
from ocs_sim.archive._errors import SealFailed
from ocs_sim.archive._hdf5 import choose_default, iso_time, write_block, write_frame
from ocs_sim.archive._journal_index import JournalIndex
from ocs_sim.archive._journal_ledger import ledger_of_index
from ocs_sim.archive._layouts import BlockPlan, plan
from ocs_sim.archive._lock import lock_journal
from ocs_sim.archive._paths import SEALED, free_stem, partial_of, sync_directory
from ocs_sim.archive._sealed_index import block_entry, index_text
from ocs_sim.archive._sealed_ledger import write_ledger
from ocs_sim.archive._torn import set_aside
from ocs_sim.clock import Clock, SystemClock


def seal(journal: Path, clock: Clock | None = None) -> Path | None:
    """Seal a journal and return the file, or None when there is nothing in it or it is sealed already.

    Raises SealFailed, JournalInUse, JournalTooNew; the journal then stays as it was.
    """
    try:
        descriptor = os.open(journal, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        lock_journal(descriptor, journal)
        if os.fstat(descriptor).st_nlink == 0:
            return None
        return _seal_locked(journal, descriptor, (clock or SystemClock()).time())
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        # h5py reports a full disk as any of these.
        raise SealFailed(journal=journal, fault=_fault(error)) from error
    finally:
        os.close(descriptor)


def _fault(error: Exception) -> str:
    # HDF5 tells everything that it knows about a failed write, in several lines.
    found = re.search(r"error message = '([^']+)'", str(error))
    return found[1] if found else f"{type(error).__name__}: {' '.join(str(error).split())}"


def _seal_locked(journal: Path, descriptor: int, now: float) -> Path | None:
    size = os.fstat(descriptor).st_size
    index = JournalIndex()
    buffer = memoryview(mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) if size else b"")
    index.extend(buffer, journal)
    if index.end < size:
        set_aside(journal, bytes(buffer[index.end :]), now)
    target = _built(journal, index, buffer) if index.entries or index.gaps else None
    journal.unlink()
    sync_directory(journal.parent)
    return target


def _built(journal: Path, index: JournalIndex, buffer: memoryview) -> Path:
    target, partial = journal.with_suffix(SEALED), partial_of(journal)
    if target.exists():
        if _holds(target, index):
            return target
        target = free_stem(journal.parent.parent, int(journal.stem)).with_suffix(SEALED)
    plans = plan(index)
    try:
        _verify(partial, _build(partial, index, buffer, plans))
        _sync_file(partial)
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_directory(target.parent)
    return target


def _holds(target: Path, index: JournalIndex) -> bool:
    # An earlier attempt was killed between the rename and the removal of the journal.
    with h5py.File(target) as file:
        return bool(
            file.attrs.get("journal_id") == index.facts.get("id") and file.attrs["journal_bytes"] == index.end
        )


def _build(
    partial: Path, index: JournalIndex, buffer: memoryview, plans: Sequence[BlockPlan]
) -> list[BlockArrays]:
    blocks = []
    with h5py.File(partial, "w") as file:
        write_frame(file, index.facts)
        file.attrs["journal_bytes"] = index.end
        for block_plan in plans:
            blocks.append(block_arrays(buffer, block_plan))
            write_block(file, blocks[-1])
        contents = [block_entry(block) for block in blocks]
        choose_default(file, {entry["path"]: entry["samples"] for entry in contents})
        created = float(index.facts.get("created", 0.0))
        times = [entry[end] for entry in contents for end in ("first_time", "last_time")] or [created]
        file["entry/start_time"], file["entry/end_time"] = iso_time(min(times)), iso_time(max(times))
        file[f"{ARCHIVE_GROUP}/index"] = index_text(contents, index)
        write_ledger(file, ledger_of_index(index))
    return blocks


def _verify(partial: Path, blocks: Sequence[BlockArrays]) -> None:
    with h5py.File(partial) as file:
        for block in blocks:
            for path, expected in block.datasets():
                if not _same(file[path], expected):
                    raise OSError(f"{path} does not read back as it was written")


def _same(dataset: h5py.Dataset, expected: NDArray[Any]) -> bool:
    if expected.dtype == object:
        return bool(np.array_equal(dataset.asstr()[()], expected))
    found = dataset[()]
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return False
    # As bytes: NaN is not equal to itself.
    if expected.dtype.itemsize % 8 == 0:
        return bool(np.array_equal(found.view("u8"), np.ascontiguousarray(expected).view("u8")))
    return bool(np.array_equal(found, expected))


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
