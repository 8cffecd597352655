"""Reads a journal, which another process may be appending to, sealing or removing."""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._gather import column, times
from ocs_sim.archive._journal_index import Entries, JournalIndex
from ocs_sim.archive._layouts import NUMERIC, BlockPlan, published_order
from ocs_sim.archive._provenance import provenance
from ocs_sim.archive._records import FieldDescription, Gap
from ocs_sim.archive._sealed_file import decoded
from ocs_sim.archive._segments import Selection, StoredBlock, StoredField


class LiveJournal:
    """A journal that stays readable, and complete, when it is sealed and removed meanwhile."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises FileNotFoundError when it was sealed just now."""
        self.path = path
        self.index = JournalIndex()
        self._spans: dict[int, _Span] = {}
        self._buffer = memoryview(b"")
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    @property
    def journal_id(self) -> str:
        """What tells this journal from every other."""
        return str(self.index.facts.get("id", ""))

    def refresh(self) -> int:
        """Read what was appended since; return the number of new blocks."""
        size = os.fstat(self._descriptor).st_size
        if size <= self.index.end:
            return 0
        self._buffer = memoryview(mmap.mmap(self._descriptor, size, access=mmap.ACCESS_READ))
        return self.index.extend(self._buffer, self.path)

    def everything(self) -> JournalPart:
        """Return all blocks so far, in order of publication."""
        parts = []
        for number, entries in enumerate(self.index.entries):
            span = self._spans.setdefault(number, _Span())
            span.update(self._buffer, entries)
            parts.append(_Part(entries, published_order(entries, self.index.boots), span))
        return JournalPart(self.path, self._buffer, self.index, parts)

    def counts(self) -> list[int]:
        """Return how many blocks of each layout there are, for `since`."""
        return [len(entries) for entries in self.index.entries]

    def since(self, counts: Sequence[int]) -> JournalPart:
        """Return the blocks beyond those that `counts` counted, in order of arrival."""
        parts = []
        for number, entries in enumerate(self.index.entries):
            seen = counts[number] if number < len(counts) else 0
            if seen < len(entries):
                span = _Span(seen)
                span.update(self._buffer, entries)
                parts.append(_Part(entries, np.arange(seen, len(entries)), span))
        return JournalPart(self.path, self._buffer, self.index, parts)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


class _Span:
    """The first and last time of a layout's blocks, kept up to date by reading only new ones."""

    def __init__(self, seen: int = 0) -> None:
        self._seen = seen
        self._previous = -np.inf
        self.first, self.last = np.inf, -np.inf
        self.samples = 0
        self.is_sorted = True

    def update(self, buffer: memoryview, entries: Entries) -> None:
        new = times(buffer, entries, range(self._seen, len(entries)))
        self._seen = len(entries)
        if not len(new):
            return
        ordered = bool((new[1:] >= new[:-1]).all()) and new[0] >= self._previous
        self.is_sorted = self.is_sorted and bool(ordered)
        self._previous = new[-1]
        self.first, self.last = min(self.first, float(new.min())), max(self.last, float(new.max()))
        self.samples += len(new)


@dataclass(frozen=True)
class _Part:
    entries: Entries
    order: NDArray[np.int64]
    span: _Span


class JournalPart:
    """Some or all blocks of a journal, as the reader sees files."""

    def __init__(self, path: Path, buffer: memoryview, index: JournalIndex, parts: Sequence[_Part]) -> None:
        self.path = path
        self._buffer = buffer
        self._index = index
        self.gaps: Sequence[Gap] = list(index.gaps)
        self.blocks: Sequence[StoredBlock] = [_stored(part, index) for part in parts]

    def times(self, block: StoredBlock) -> NDArray[np.float64]:
        """Return a block's timestamps."""
        return times(self._buffer, block.key.entries, block.key.order)

    def values(self, block: StoredBlock, field: StoredField, selection: Selection) -> NDArray[Any]:
        """Return the selected samples of a field."""
        found = column(self._buffer, block.key.entries, block.key.order, field.name)[selection]
        return decoded(found) if field.kind is ColumnKind.JSON else found

    def samples_per_block(self, block: StoredBlock) -> NDArray[np.int64]:
        """Return how many samples each block brought, in order."""
        counts: NDArray[np.int64] = np.asarray(block.key.entries.counts, dtype=np.int64)[block.key.order]
        return counts

    def window(
        self, block: StoredBlock, fields: Sequence[StoredField], blocks: slice, _: slice
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """Return the times and the samples of some blocks."""
        entries, order = block.key.entries, block.key.order[blocks]
        columns = {field.name: column(self._buffer, entries, order, field.name) for field in fields}
        for field in fields:
            if field.kind is ColumnKind.JSON:
                columns[field.name] = decoded(columns[field.name])
        return times(self._buffer, entries, order), columns

    def provenance(self, block: StoredBlock) -> tuple[NDArray[np.void], Sequence[str]]:
        """Return the table of runs and the boot ids."""
        boots = tuple(self._index.boots)
        plan = BlockPlan("", "", 1, block.key.entries, block.key.order, boots, {}, {})
        return provenance(plan), boots


def _stored(part: _Part, index: JournalIndex) -> StoredBlock:
    layout, span = part.entries.layout, part.span
    known: Mapping[str, FieldDescription]
    known = index.descriptions.get(layout.feed_address, {}).get(layout.block, {})
    fields = {}
    for name in layout.fields:
        about = known.get(name, FieldDescription())
        fields[name] = StoredField(name, name, layout.kind(name), about.unit, about.description)
    in_order = bool((np.diff(part.order) > 0).all())
    return StoredBlock(
        key=part,
        agent_address=layout.agent_address,
        agent_class=layout.agent_class,
        feed=layout.feed,
        feed_address=layout.feed_address,
        block=layout.block,
        samples=span.samples,
        first_time=span.first,
        last_time=span.last,
        is_sorted=span.is_sorted and in_order,
        fields=fields,
        numeric=tuple(name for name in layout.fields if layout.kind(name) in NUMERIC),
    )
