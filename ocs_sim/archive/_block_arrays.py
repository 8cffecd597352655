"""Every array that a block of a sealed file consists of, by its path in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._block_counts import DATASET, uneven_counts
from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._gather import column, words
from ocs_sim.archive._layouts import BlockPlan
from ocs_sim.archive._provenance import provenance
from ocs_sim.archive._pyramid import Level, pyramid

ARCHIVE_GROUP = "/entry/_archive"


@dataclass
class BlockArrays:
    """The arrays of one block: `data` in its own group, `kept` in the archive's group."""

    plan: BlockPlan
    times: NDArray[np.float64]
    fields: dict[str, NDArray[Any]]
    levels: list[Level]
    provenance: NDArray[np.void]
    counts: NDArray[np.unsignedinteger] | None
    is_sorted: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_sorted = bool((self.times[1:] >= self.times[:-1]).all())

    def datasets(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield (path, array) of everything that is written for the block."""
        yield f"{self.plan.path}/time", self.times
        for name, values in self.fields.items():
            yield f"{self.plan.path}/{self.plan.datasets[name]}", values
        yield f"{ARCHIVE_GROUP}/{self.plan.key}/provenance", self.provenance
        if self.counts is not None:
            yield f"{ARCHIVE_GROUP}/{self.plan.key}/{DATASET}", self.counts
        for level in self.levels:
            yield f"{ARCHIVE_GROUP}/{self.plan.key}/decimated_{level.factor}", level.values
            yield f"{ARCHIVE_GROUP}/{self.plan.key}/decimated_{level.factor}_time", level.spans


def block_arrays(buffer: memoryview, plan: BlockPlan) -> BlockArrays:
    """Read a block's samples from the journal and summarise them."""
    layout, entries = plan.layout, plan.entries
    matrix = words(buffer, entries, plan.order)
    rows = {name: row for row, name in enumerate(layout.words, start=1)}
    fields = {}
    for name in layout.fields:
        if name in rows:
            fields[name] = matrix[rows[name]].view("<f8" if layout.kind(name) is ColumnKind.FLOAT else "<i8")
        else:
            fields[name] = column(buffer, entries, plan.order, name)
    times = matrix[0].view("<f8")
    columns = [fields[name].astype(np.float64, copy=False) for name in plan.numeric]
    runs = provenance(plan)
    counts = uneven_counts(runs, np.asarray(entries.counts, dtype=np.int64)[plan.order])
    return BlockArrays(plan, times, fields, pyramid(times, columns), runs, counts)
