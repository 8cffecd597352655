"""Reads an archive back and compares it with what was published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive import Archive, PublishedBlock
from ocs_sim.launch._drill._load import BLOCK, Load
from ocs_sim.launch._drill._sources import Boot

_MOST_FAULTS = 20


@dataclass
class Audit:
    """Blocks that are archived as they were published, there twice, and missing; `faults` are sentences."""

    archived: int = 0
    duplicated: int = 0
    lost: int = 0
    samples: int = 0
    faults: list[str] = field(default_factory=list)

    def tell(self, fault: str) -> None:
        """Add a fault, unless there are many already."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)


def audit(directory: Path, patterns: Iterable[str], published: Mapping[Boot, int], load: Load) -> Audit:
    """Return how the archive in `directory` differs from `published` blocks of each feed and boot."""
    with Archive(directory) as archive:
        found = compare(archive.as_published(list(patterns)), published, load)
        for path, reason in archive.unreadable.items():
            found.tell(f"{path} cannot be read: {reason}")
    return found


def compare(blocks: Iterable[PublishedBlock], published: Mapping[Boot, int], load: Load) -> Audit:
    """Return how `blocks` differ from the first so many that each feed and boot has published.

    Every block must be there once, in one piece, with the numbers that FakeData's `sampler` defines:
    sample n of field k is n + k, n counted from 0 in each boot. One that differs counts as lost.
    """
    found = Audit()
    boots = {boot: _Boot(boot, count, load, found) for boot, count in published.items()}
    for block in blocks:
        key = block.feed_address, block.boot_id
        if key not in boots:
            boots[key] = _Boot(key, 0, load, found)
        boots[key].take(block)
    for boot in boots.values():
        boot.close()
    return found


class _Boot:
    """One boot of one agent, of which so many blocks must be there."""

    def __init__(self, boot: Boot, blocks: int, load: Load, audit: Audit) -> None:
        self._name = f"{boot[0]} of boot {boot[1]}"
        self._load = load
        self._audit = audit
        self._times_seen = np.zeros(blocks, dtype=np.int64)
        self._is_sound = np.zeros(blocks, dtype=np.bool_)
        self._fields = [f"field_{number:03d}" for number in range(load.fields)]
        # Of block 0: field k of sample n is n + k.
        self._numbers = np.add.outer(np.arange(load.fields), np.arange(load.samples_per_block))

    def take(self, block: PublishedBlock) -> None:
        """Compare one block."""
        sequence = -1 if block.sequence is None else block.sequence
        if not 0 <= sequence < len(self._times_seen):
            self._audit.tell(f"{self._name}: block {sequence} was never published")
            self._audit.archived += 1
            return
        self._times_seen[sequence] += 1
        self._is_sound[sequence] = self._is_as_published(sequence, block)
        if not self._is_sound[sequence]:
            self._audit.tell(f"{self._name}: block {sequence} differs from what was published")

    def close(self) -> None:
        """Count what is there, twice or not at all."""
        archived = int(np.count_nonzero(self._is_sound))
        self._audit.archived += archived
        self._audit.samples += archived * self._load.samples_per_block * self._load.fields
        self._audit.lost += len(self._is_sound) - archived
        self._audit.duplicated += int(np.sum(self._times_seen) - np.count_nonzero(self._times_seen))
        for first, last in _ranges(np.flatnonzero(self._times_seen == 0)):
            self._audit.tell(f"{self._name}: blocks {first} to {last} are missing")
        for first, last in _ranges(np.flatnonzero(self._times_seen > 1)):
            self._audit.tell(f"{self._name}: blocks {first} to {last} are there more than once")

    def _is_as_published(self, sequence: int, block: PublishedBlock) -> bool:
        size = self._load.samples_per_block
        if block.block != BLOCK or set(block.data) != set(self._fields) or len(block.times) != size:
            return False
        values = np.array([block.data[name] for name in self._fields])
        grows = block.times[1:] > block.times[:-1]
        return bool((values == self._numbers + sequence * size).all() and grows.all())


def _ranges(numbers: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1):
        if len(run):
            yield int(run[0]), int(run[-1])
