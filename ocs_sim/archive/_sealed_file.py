"""Reads a sealed file."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._errors import UnreadableFile
from ocs_sim.archive._records import Gap
from ocs_sim.archive._sealed_index import read_gaps
from ocs_sim.archive._segments import Selection, StoredBlock, StoredField

_MOST_OPEN = 128


class OpenFiles:
    """Keeps the files that were read last open: opening is most of what a small read costs."""

    def __init__(self) -> None:
        self._files: OrderedDict[Path, h5py.File] = OrderedDict()

    def get(self, path: Path) -> h5py.File:
        """Return a file, opened for reading."""
        if path in self._files:
            self._files.move_to_end(path)
        else:
            self._files[path] = h5py.File(path, "r")
            if len(self._files) > _MOST_OPEN:
                self._files.popitem(last=False)[1].close()
        return self._files[path]

    def close(self) -> None:
        """Close all."""
        while self._files:
            self._files.popitem()[1].close()


class SealedFile:
    """One sealed file; its contents are read once, for they never change."""

    def __init__(self, path: Path, files: OpenFiles) -> None:
        """Read the index; raises UnreadableFile."""
        self.path = path
        self._files = files
        try:
            with h5py.File(path, "r") as file:
                self.journal_id = str(file.attrs["journal_id"])
                contents = json.loads(file[file.attrs["archive_index"]][()])
            self.blocks: Sequence[StoredBlock] = [_stored(entry) for entry in contents["blocks"]]
            self.gaps: Sequence[Gap] = read_gaps(contents)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise UnreadableFile(path=path, fault=f"{type(error).__name__}: {error}") from error

    def times(self, block: StoredBlock) -> NDArray[np.float64]:
        """Return a block's timestamps."""
        return self._array(f"{block.key['path']}/time")

    def values(self, block: StoredBlock, field: StoredField, selection: Selection) -> NDArray[Any]:
        """Return the selected samples of a field."""
        dataset = self._dataset(f"{block.key['path']}/{field.dataset}")
        if field.kind in (ColumnKind.TEXT, ColumnKind.JSON):
            return _texts(dataset.asstr()[()][selection], field.kind)
        found: NDArray[Any] = dataset[selection] if isinstance(selection, slice) else dataset[()][selection]
        return found

    def provenance(self, block: StoredBlock) -> tuple[NDArray[np.void], Sequence[str]]:
        """Return the table of runs and the boot ids."""
        dataset = self._dataset(f"{block.key['archive_group']}/provenance")
        return dataset[()], [str(boot) for boot in dataset.attrs["boot_ids"]]

    def level(
        self, block: StoredBlock, factor: int, rows: list[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return a pyramid's level for rows of `block.numeric`: (rows, 4, bins) and spans (2, bins)."""
        base = f"{block.key['archive_group']}/decimated_{factor}"
        dataset = self._dataset(base)
        if len(rows) * 4 < len(block.numeric):
            values = np.stack([dataset[row] for row in rows])
        else:
            values = dataset[()][rows]
        return values, self._array(f"{base}_time")

    def _dataset(self, path: str) -> h5py.Dataset:
        try:
            return self._files.get(self.path)[path]
        except (OSError, KeyError, RuntimeError) as error:
            raise UnreadableFile(path=self.path, fault=str(error)) from error

    def _array(self, path: str) -> NDArray[np.float64]:
        array: NDArray[np.float64] = self._dataset(path)[()]
        return array


def _stored(entry: Mapping[str, Any]) -> StoredBlock:
    fields = [StoredField(name, data, ColumnKind(kind), *rest) for name, data, kind, *rest in entry["fields"]]
    return StoredBlock(
        key={"path": entry["path"], "archive_group": entry["archive_group"]},
        agent_address=entry["agent_address"],
        agent_class=entry["agent_class"],
        feed=entry["feed"],
        feed_address=entry["feed_address"],
        block=entry["block"],
        samples=entry["samples"],
        first_time=entry["first_time"],
        last_time=entry["last_time"],
        is_sorted=entry["sorted"],
        fields={field.name: field for field in fields},
        decimated=tuple(entry["decimated"]),
        numeric=tuple(entry["numeric"]),
    )


def _texts(found: NDArray[Any], kind: ColumnKind) -> NDArray[Any]:
    return decoded(found) if kind is ColumnKind.JSON else found


def decoded(texts: NDArray[Any]) -> NDArray[Any]:
    """Return the values of JSON texts, as objects."""
    result = np.empty(len(texts), dtype=object)
    for position, text in enumerate(texts):
        result[position] = json.loads(text)
    return result
