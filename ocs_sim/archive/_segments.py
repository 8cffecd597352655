"""What the reader sees of a file, sealed or still being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._records import Gap

Selection = slice | NDArray[np.bool_]
EVERYTHING = slice(None)


@dataclass(frozen=True, slots=True)
class StoredField:
    """One field of a stored block; `dataset` is its name in a sealed file."""

    name: str
    dataset: str
    kind: ColumnKind
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """One version of a block in one file; `key` finds it there."""

    key: Any
    agent_address: str
    agent_class: str
    feed: str
    feed_address: str
    block: str
    samples: int
    first_time: float
    last_time: float
    is_sorted: bool
    fields: Mapping[str, StoredField]
    decimated: tuple[int, ...] = ()
    numeric: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The block's name, `instance.feed.block`."""
        return f"{self.agent_address.rpartition('.')[2]}.{self.feed}.{self.block}"


class Segment(Protocol):
    """A file's samples, block by block."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    @property
    def blocks(self) -> Sequence[StoredBlock]:
        """What is in it."""
        ...

    @property
    def gaps(self) -> Sequence[Gap]:
        """What its recorder knew to be missing."""
        ...

    def times(self, block: StoredBlock) -> NDArray[np.float64]:
        """Return a block's timestamps, unix seconds, shape (samples,)."""
        ...

    def values(self, block: StoredBlock, field: StoredField, selection: Selection) -> NDArray[Any]:
        """Return the selected samples: float64, int64, bool, or objects for texts and mixtures."""
        ...

    def provenance(self, block: StoredBlock) -> tuple[NDArray[np.void], Sequence[str]]:
        """Return the table of runs and the boot ids that it refers to."""
        ...

    def samples_per_block(self, block: StoredBlock) -> NDArray[np.int64] | None:
        """Return how many samples each block that was published brought, in order; None if unknown."""
        ...

    def window(
        self, block: StoredBlock, fields: Sequence[StoredField], blocks: slice, samples: slice
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """Return the times and the samples of some blocks, which are these samples."""
        ...


def select(segment: Segment, block: StoredBlock, start: float, end: float) -> tuple[Selection, bool]:
    """Return which samples lie in start <= time < end, and whether there are any."""
    if start <= block.first_time and block.last_time < end:
        return EVERYTHING, block.samples > 0
    if block.last_time < start or block.first_time >= end:
        return slice(0, 0), False
    times = segment.times(block)
    if block.is_sorted:
        first, last = np.searchsorted(times, [start, end], side="left")
        return slice(int(first), int(last)), bool(first < last)
    mask = (times >= start) & (times < end)
    return mask, bool(mask.any())
