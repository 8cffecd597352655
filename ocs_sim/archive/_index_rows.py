"""What the reader knows of sealed files without opening them: a row for each block of each file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._segments import StoredBlock, StoredField

# `layout` counts the layouts that a table has; `group` is the n of /entry/_archive/b{n}.
ROW = np.dtype(
    [
        ("layout", "<i4"),
        ("group", "<i4"),
        ("samples", "<i8"),
        ("first_time", "<f8"),
        ("last_time", "<f8"),
        ("sorted", "<i8"),
    ]
)
Rows = NDArray[np.void]
_GROUP = "/entry/_archive/b"
_OF_A_ROW = ("samples", "first_time", "last_time", "sorted")


class StoredLayout:
    """What blocks of many files have in common; `text` is the JSON of it, which is parsed when needed."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    @cached_property
    def _entry(self) -> dict[str, Any]:
        entry: dict[str, Any] = json.loads(self.text)
        return entry

    @cached_property
    def name(self) -> str:
        """The block's name, `instance.feed.block`."""
        entry = self._entry
        return f"{entry['agent_address'].rpartition('.')[2]}.{entry['feed']}.{entry['block']}"

    @cached_property
    def fields(self) -> Mapping[str, StoredField]:
        """The fields by name."""
        fields = [
            StoredField(name, data, ColumnKind(kind), *rest)
            for name, data, kind, *rest in self._entry["fields"]
        ]
        return {field.name: field for field in fields}

    @cached_property
    def feed_address(self) -> str:
        """The feed's address."""
        address: str = self._entry["feed_address"]
        return address

    def stored(self, row: np.void) -> StoredBlock:
        """Return the block that a row tells of."""
        entry = self._entry
        group = f"{_GROUP}{row['group']}" if row["group"] >= 0 else entry["archive_group"]
        return StoredBlock(
            key={"path": entry["path"], "archive_group": group},
            agent_address=entry["agent_address"],
            agent_class=entry["agent_class"],
            feed=entry["feed"],
            feed_address=entry["feed_address"],
            block=entry["block"],
            samples=int(row["samples"]),
            first_time=float(row["first_time"]),
            last_time=float(row["last_time"]),
            is_sorted=bool(row["sorted"]),
            fields=self.fields,
            decimated=tuple(entry["decimated"]),
            numeric=tuple(entry["numeric"]),
        )


class Layouts:
    """The layouts of all files, each once, by number."""

    def __init__(self) -> None:
        self.known: list[StoredLayout] = []
        self._numbers: dict[bytes, int] = {}

    def number(self, text: bytes) -> int:
        """Return the number of a layout, a new one for a new layout."""
        number = self._numbers.setdefault(text, len(self.known))
        if number == len(self.known):
            self.known.append(StoredLayout(text))
        return number

    def rows(self, blocks: Sequence[Mapping[str, Any]]) -> Rows:
        """Return the rows of a file's blocks, as its index lists them; raises KeyError, ValueError."""
        rows = np.zeros(len(blocks), dtype=ROW)
        for row, block in zip(rows, blocks, strict=True):
            entry = dict(block)
            for name in _OF_A_ROW:
                row[name] = entry.pop(name)
            group = str(entry["archive_group"])
            row["group"] = -1
            if group.removeprefix(_GROUP).isdecimal() and group.startswith(_GROUP):
                row["group"] = int(entry.pop("archive_group").removeprefix(_GROUP))
            row["layout"] = self.number(json.dumps(entry).encode())
        return rows


@dataclass(frozen=True, slots=True)
class Contents:
    """What is known of one file."""

    journal_id: str
    supersedes: tuple[str, ...]
    rows: Rows
    gaps: str
    compression: str | None = None


def read_contents(journal_id: str, index: Mapping[str, Any], layouts: Layouts) -> Contents:
    """Return what a file's index says; raises KeyError, ValueError, TypeError."""
    rows = layouts.rows(index["blocks"])
    for number in rows["layout"]:
        if not layouts.known[number].fields:
            raise ValueError("a block without fields")
    gaps = index.get("gaps")
    return Contents(
        journal_id,
        tuple(str(source) for source in index.get("supersedes", ())),
        rows,
        json.dumps(gaps) if gaps else "",
        index.get("compression"),
    )
