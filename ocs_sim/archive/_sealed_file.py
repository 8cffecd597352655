"""Reads a sealed file."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._block_counts import DATASET as COUNTS
from ocs_sim.archive._block_counts import block_counts
from ocs_sim.archive._columns import TEXTS, ColumnKind
from ocs_sim.archive._errors import FileVanished, UnreadableFile
from ocs_sim.archive._index_rows import Contents, Layouts, Rows, read_contents
from ocs_sim.archive._provenance import PROVENANCE
from ocs_sim.archive._records import Gap
from ocs_sim.archive._sealed_index import read_gaps
from ocs_sim.archive._segments import Selection, StoredBlock, StoredField

_MOST_OPEN = 128
_FAULTS = (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError)


class OpenFiles:
    """Keeps the files that were read last open: opening is most of what a small read costs."""

    def __init__(self, most: int = _MOST_OPEN) -> None:
        self._most = most
        self._files: OrderedDict[Path, h5py.File] = OrderedDict()

    def get(self, path: Path) -> h5py.File:
        """Return a file, opened for reading."""
        if path in self._files:
            self._files.move_to_end(path)
        else:
            self._files[path] = h5py.File(path, "r")
            if len(self._files) > self._most:
                self._files.popitem(last=False)[1].close()
        return self._files[path]

    def forget(self, path: Path) -> None:
        """Close a file that is another by now."""
        if path in self._files:
            self._files.pop(path).close()

    def close(self) -> None:
        """Close all."""
        while self._files:
            self._files.popitem()[1].close()


def read_index(path: Path, layouts: Layouts) -> Contents:
    """Read a file's table of contents; raises FileVanished, UnreadableFile."""
    try:
        with h5py.File(path, "r") as file:
            index = json.loads(file[file.attrs["archive_index"]][()])
            return read_contents(str(file.attrs["journal_id"]), index, layouts)
    except _FAULTS as error:
        raise _unreadable(path, f"{type(error).__name__}: {error}") from error


def _unreadable(path: Path, fault: str) -> UnreadableFile:
    # HDF5 has many words for a file that is removed while it is being opened.
    return UnreadableFile(path=path, fault=fault) if path.exists() else FileVanished(path=path)


class SealedFile:
    """One sealed file, whose contents never change; samples are read when they are asked for."""

    def __init__(
        self,
        path: Path | str,
        files: OpenFiles,
        contents: Contents | None = None,
        layouts: Layouts | None = None,
    ) -> None:
        """Take what is known of the file, or read it; raises FileVanished, UnreadableFile."""
        self._path = path
        self._files = files
        self._layouts = layouts or Layouts()
        self.contents = contents or read_index(Path(path), self._layouts)

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._path)

    @property
    def journal_id(self) -> str:
        """The id of the journal that it was made of."""
        return self.contents.journal_id

    @property
    def supersedes(self) -> tuple[str, ...]:
        """The ids of the sealed files whose samples it holds too."""
        return self.contents.supersedes

    @property
    def compression(self) -> str | None:
        """How its datasets are compressed."""
        return self.contents.compression

    @property
    def rows(self) -> Rows:
        """A row for each block."""
        return self.contents.rows

    @cached_property
    def blocks(self) -> Sequence[StoredBlock]:
        """What is in it."""
        return [self.block(row) for row in self.rows]

    def block(self, row: np.void) -> StoredBlock:
        """Return the block of one of `rows`."""
        return self._layouts.known[int(row["layout"])].stored(row)

    @property
    def gaps(self) -> Sequence[Gap]:
        """What its recorder knew to be missing."""
        return read_gaps({"gaps": json.loads(self.contents.gaps or "[]")})

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

    def stored(self, block: StoredBlock, dataset: str, samples: slice) -> NDArray[Any]:
        """Return samples as they are stored: texts and JSON texts are bytes."""
        found: NDArray[Any] = self._dataset(f"{block.key['path']}/{dataset}")[samples]
        return found

    def provenance(self, block: StoredBlock) -> tuple[NDArray[np.void], Sequence[str]]:
        """Return the table of runs and the boot ids."""
        path = f"{block.key['archive_group']}/provenance"
        with self._faults():
            dataset = h5py.h5d.open(self._files.get(self.path).id, path.encode())
            boots = h5py.h5a.open(dataset, b"boot_ids")
            names = np.empty(boots.shape, dtype=object)
            boots.read(names)
        table = self._whole(path, PROVENANCE)
        return table, [name.decode() if isinstance(name, bytes) else str(name) for name in names]

    def samples_per_block(self, block: StoredBlock) -> NDArray[np.int64] | None:
        """Return how many samples each block brought, in order; None when the file does not tell."""
        runs = self._dataset(f"{block.key['archive_group']}/provenance")[()]
        group = self._dataset(block.key["archive_group"])
        return block_counts(runs, group[COUNTS][()] if COUNTS in group else None)

    def window(
        self, block: StoredBlock, fields: Sequence[StoredField], _: slice, samples: slice
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """Return the times and the samples of some blocks."""
        group = self._dataset(block.key["path"])
        columns = {}
        for field in fields:
            dataset = group[field.dataset]
            if field.kind in TEXTS:
                columns[field.name] = _texts(dataset.asstr()[samples], field.kind)
            else:
                columns[field.name] = dataset[samples]
        return group["time"][samples], columns

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
        with self._faults():
            return self._files.get(self.path)[path]

    def _array(self, path: str) -> NDArray[np.float64]:
        return self._whole(path, np.dtype("<f8"))

    def _whole(self, path: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        # Three times as fast as h5py's own way, which counts with thousands of files.
        with self._faults():
            dataset = h5py.h5d.open(self._files.get(self.path).id, path.encode())
            array = np.empty(dataset.shape, dtype)
            dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, array)
        return array

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (OSError, KeyError, RuntimeError) as error:
            raise _unreadable(self.path, str(error)) from error


def _texts(found: NDArray[Any], kind: ColumnKind) -> NDArray[Any]:
    return decoded(found) if kind is ColumnKind.JSON else found


def decoded(texts: NDArray[Any]) -> NDArray[Any]:
    """Return the values of JSON texts, as objects."""
    result = np.empty(len(texts), dtype=object)
    for position, text in enumerate(texts):
        result[position] = json.loads(text)
    return result
