"""Everything that an archive has at one moment, and the quick answers that need no samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._data import FieldInfo
from ocs_sim.archive._index_rows import ROW, Layouts, Rows, StoredLayout
from ocs_sim.archive._sealed_file import SealedFile
from ocs_sim.archive._segments import Segment, StoredBlock, StoredField

Matches = Callable[[str], bool]
_TYPES = {
    ColumnKind.FLOAT: "float",
    ColumnKind.INTEGER: "int",
    ColumnKind.BOOLEAN: "bool",
    ColumnKind.TEXT: "str",
    ColumnKind.JSON: "mixed",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of one block of one file."""

    segment: Segment
    block: StoredBlock
    fields: Sequence[StoredField]


def parts(segments: Iterable[Segment], matches: Matches) -> Iterator[Part]:
    """Yield what matches, block by block."""
    for segment in segments:
        for block in segment.blocks:
            if fields := _chosen(block.name, block.fields, matches):
                yield Part(segment, block, fields)


def _chosen(name: str, fields: Mapping[str, StoredField], matches: Matches) -> list[StoredField]:
    return [field for field in fields.values() if matches(f"{name}.{field.name}")]


class Table:
    """The rows of all sealed files, one after the other; `file` says whose each is."""

    def __init__(self, files: Sequence[SealedFile], layouts: Layouts) -> None:
        self.files = files
        self._layouts = layouts
        counts = [len(file.rows) for file in files]
        # Not np.concatenate, which compares the columns' names for each piece.
        self.rows: Rows = np.frombuffer(b"".join([file.rows.data for file in files]), dtype=ROW)
        self.file = np.repeat(np.arange(len(files)), counts)

    @cached_property
    def by_layout(self) -> dict[int, NDArray[np.int64]]:
        """Where the rows of each layout are; a layout that a newer file has comes later."""
        order = np.argsort(self.rows["layout"], kind="stable")
        numbers, starts = np.unique(self.rows["layout"][order], return_index=True)
        groups = dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else {}
        return dict(sorted(groups.items(), key=lambda item: int(item[1][-1])))

    def layouts(
        self, matches: Matches
    ) -> Iterator[tuple[StoredLayout, list[StoredField], NDArray[np.int64]]]:
        """Yield each layout with fields that match, these fields, and the positions of its rows."""
        for number, where in self.by_layout.items():
            layout = self._layouts.known[number]
            if fields := _chosen(layout.name, layout.fields, matches):
                yield layout, fields, where

    def part(self, layout: StoredLayout, fields: Sequence[StoredField], position: int) -> Part:
        """Return the block of a row."""
        file = self.files[self.file[position]]
        return Part(file, layout.stored(self.rows[position]), fields)


class Holdings(Sequence[Segment]):
    """The sealed files, oldest name first, and then the journals."""

    def __init__(self, table: Table, live: Sequence[Segment]) -> None:
        self._table = table
        self.live = live

    def __len__(self) -> int:
        return len(self._table.files) + len(self.live)

    def __getitem__(self, position: int) -> Segment:  # type: ignore[override]
        sealed = self._table.files
        return sealed[position] if position < len(sealed) else self.live[position - len(sealed)]

    def __iter__(self) -> Iterator[Segment]:
        yield from self._table.files
        yield from self.live

    def parts(self, matches: Matches, start: float = -np.inf, end: float = np.inf) -> list[Part]:
        """Return the blocks with fields that match and perhaps samples in start <= time < end."""
        rows = self._table.rows
        chosen: list[tuple[int, Part]] = []
        for layout, fields, where in self._table.layouts(matches):
            inside = (rows["last_time"][where] >= start) & (rows["first_time"][where] < end)
            positions = where[inside].tolist()
            chosen += [(position, self._table.part(layout, fields, position)) for position in positions]
        chosen.sort(key=lambda item: item[0])
        return [part for _, part in chosen] + [
            part
            for part in parts(self.live, matches)
            if part.block.last_time >= start and part.block.first_time < end
        ]

    def names(self) -> set[str]:
        """Return the names of all fields."""
        return {info.name for info in self.fields(lambda _: True)}

    def fields(self, matches: Matches) -> list[FieldInfo]:
        """Return what there is of each field that matches, by name."""
        found: dict[str, FieldInfo] = {}
        rows = self._table.rows
        for layout, fields, where in self._table.layouts(matches):
            samples = int(rows["samples"][where].sum())
            span = float(rows["first_time"][where].min()), float(rows["last_time"][where].max())
            block = layout.stored(rows[where[-1]])
            _extend(found, block, fields, samples, span)
        for part in parts(self.live, matches):
            block = part.block
            _extend(found, block, part.fields, block.samples, (block.first_time, block.last_time))
        return [found[name] for name in sorted(found)]

    def newest(self, matches: Matches) -> dict[str, tuple[Part, StoredField]]:
        """Return where the newest sample of each field is."""
        candidates = []
        for layout, fields, where in self._table.layouts(matches):
            last = self._table.rows["last_time"][where]
            newest = int(where[len(last) - 1 - int(np.argmax(last[::-1]))])
            candidates.append((newest, self._table.part(layout, fields, newest)))
        candidates.sort(key=lambda item: item[0])
        found: dict[str, tuple[Part, StoredField]] = {}
        for part in [*(part for _, part in candidates), *parts(self.live, matches)]:
            for field in part.fields:
                name = f"{part.block.name}.{field.name}"
                if name not in found or part.block.last_time >= found[name][0].block.last_time:
                    found[name] = (part, field)
        return found


def _extend(
    found: dict[str, FieldInfo],
    block: StoredBlock,
    fields: Iterable[StoredField],
    samples: int,
    span: tuple[float, float],
) -> None:
    for field in fields:
        name, kind = f"{block.name}.{field.name}", _TYPES[field.kind]
        known = found.get(name)
        found[name] = FieldInfo(
            name=name,
            type=kind if known is None or known.type == kind else "mixed",
            unit=field.unit or (known.unit if known else ""),
            description=field.description or (known.description if known else ""),
            first=min(span[0], known.first) if known else span[0],
            last=max(span[1], known.last) if known else span[1],
            samples=samples + (known.samples if known else 0),
            agent_address=block.agent_address,
            agent_class=block.agent_class,
        )
