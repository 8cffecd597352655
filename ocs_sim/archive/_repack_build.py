"""Builds a file out of others, a piece at a time: its size is not bounded by memory."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._block_arrays import ARCHIVE_GROUP
from ocs_sim.archive._block_counts import DATASET as COUNTS
from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._hdf5 import block_groups, choose_default, describe, iso_time, write_frame
from ocs_sim.archive._pyramid import FACTORS, factors, summarise_column, time_spans
from ocs_sim.archive._records import FieldDescription
from ocs_sim.archive._repack_ledger import write_united_ledger
from ocs_sim.archive._repack_plan import MergedBlock
from ocs_sim.archive._sealed_file import SealedFile

# A whole number of the coarsest bins.
_WINDOW = FACTORS[-1] * 64
_CHUNK = 2**16
_DTYPES = {ColumnKind.FLOAT: "<f8", ColumnKind.INTEGER: "<i8", ColumnKind.BOOLEAN: "?"}
Checks = dict[str, int]


class Builder:
    """Writes `partial`, then reads it back; raises OSError when that is not what was written."""

    def __init__(self, partial: Path, blocks: Sequence[MergedBlock], compression: str | None) -> None:
        self._partial = partial
        self._blocks = blocks
        self._checks: Checks = {}
        self._compression = compression

    def build(self, sources: Sequence[SealedFile], facts: Mapping[str, Any]) -> None:
        """Write everything."""
        with h5py.File(self._partial, "w") as file:
            _write_frame(file, sources, facts)
            for block in self._blocks:
                self._write(file, block)
        # Reopened: what is summarised is what another reader will find.
        with h5py.File(self._partial, "r+") as file:
            entries = [self._summarise(file, block) for block in self._blocks]
            choose_default(file, {entry["path"]: entry["samples"] for entry in entries})
            _write_index(file, entries, sources, self._compression)
            write_united_ledger(file, sources, self._blocks)
        with h5py.File(self._partial, "r") as file:
            for path in [path for path in self._checks if path.startswith(ARCHIVE_GROUP)]:
                self._compare(path, _crc(file[path][()]))

    def _write(self, file: h5py.File, block: MergedBlock) -> None:
        plan, layout = block.plan, block.plan.layout
        group, kept = block_groups(file, plan)
        self._fill(group, "time", _DTYPES[ColumnKind.FLOAT], block, None)
        for name, dataset in plan.datasets.items():
            kind = layout.kind(name)
            self._fill(group, dataset, _DTYPES.get(kind, h5py.string_dtype()), block, name)
        describe(group, plan)
        if block.counts is not None:
            kept[COUNTS] = block.counts
            self._checks[kept[COUNTS].name] = _crc(block.counts)
        kept["provenance"] = block.provenance
        kept["provenance"].attrs["boot_ids"] = list(plan.boots)
        self._checks[kept["provenance"].name] = _crc(block.provenance)

    def _fill(self, group: h5py.Group, name: str, dtype: Any, block: MergedBlock, field: str | None) -> None:
        dataset = group.create_dataset(name, (block.samples,), dtype, **self._filters(block.samples))
        check, at = 0, 0
        for values in _gathered(_windows(block, field)):
            dataset[at : at + len(values)] = values
            check = _crc(values, check)
            at += len(values)
        if at != block.samples:
            raise OSError(f"{dataset.name} has {at} samples instead of {block.samples}")
        self._checks[dataset.name] = check

    def _filters(self, samples: int) -> Mapping[str, Any]:
        if not self._compression or not samples:
            return {}
        return {"compression": self._compression, "shuffle": True, "chunks": (min(samples, _CHUNK),)}

    def _summarise(self, file: h5py.File, block: MergedBlock) -> dict[str, Any]:
        """Read a block back, write its pyramid, and return what the index says of it."""
        plan, samples = block.plan, block.samples
        group, kept = file[plan.path], file[f"{ARCHIVE_GROUP}/{plan.key}"]
        rows_of = {name: row for row, name in enumerate(plan.numeric)}
        levels = factors(samples) if rows_of else ()
        spans = _Span(levels, samples)
        spans.add_all(self._read_back(group["time"]))
        for factor in levels:
            shape = (len(rows_of), 4, -(-samples // factor))
            kept.create_dataset(f"decimated_{factor}", shape, "<f8", **self._filters_of_level())
            kept[f"decimated_{factor}_time"] = spans.levels[factor]
            self._checks[f"{kept.name}/decimated_{factor}_time"] = _crc(spans.levels[factor])
        checks = dict.fromkeys(levels, 0)
        for name, dataset in plan.datasets.items():
            rows = _pyramid(self._read_back(group[dataset]), levels if name in rows_of else (), samples)
            for factor, row in rows.items():
                kept[f"decimated_{factor}"][rows_of[name]] = row
        for factor in checks:
            values = kept[f"decimated_{factor}"]
            self._checks[values.name] = _crc(values[()])
        return _entry(block, spans, levels)

    def _filters_of_level(self) -> Mapping[str, Any]:
        if not self._compression:
            return {}
        return {"compression": self._compression, "shuffle": True, "chunks": True}

    def _read_back(self, dataset: h5py.Dataset) -> Iterator[NDArray[Any]]:
        check = 0
        for start in range(0, len(dataset), _WINDOW):
            values = dataset[start : start + _WINDOW]
            check = _crc(values, check)
            yield values
        self._compare(dataset.name, check)

    def _compare(self, path: str, check: int) -> None:
        if self._checks[path] != check:
            raise OSError(f"{path} does not read back as it was written")


def _windows(block: MergedBlock, field: str | None) -> Iterator[NDArray[Any]]:
    """Yield a field's samples as they are stored in the sources, or the times."""
    for piece in block.pieces:
        dataset = "time" if field is None else piece.block.fields[field].dataset
        for start in range(piece.samples.start, piece.samples.stop, _WINDOW):
            end = min(start + _WINDOW, piece.samples.stop)
            yield piece.source.stored(piece.block, dataset, slice(start, end))


def _gathered(windows: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    # A write costs as much as thousands of samples.
    waiting: list[NDArray[Any]] = []
    for values in windows:
        waiting.append(values)
        if sum(map(len, waiting)) >= _WINDOW:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _crc(values: NDArray[Any], check: int = 0) -> int:
    if values.dtype == object:
        for text in values:
            check = zlib.crc32(b"%d:%b" % (len(text), text), check)
        return check
    return zlib.crc32(np.ascontiguousarray(values).view("u1").data, check)


def _pyramid(
    windows: Iterator[NDArray[Any]], levels: Sequence[int], samples: int
) -> dict[int, NDArray[np.float64]]:
    rows = {factor: np.empty((4, -(-samples // factor))) for factor in levels}
    start = 0
    for values in windows:
        for factor, row in rows.items():
            first = start // factor
            column = values.astype(np.float64, copy=False)
            summarise_column(column, factor, row[:, first : first - (-len(values) // factor)])
        start += len(values)
    return rows


class _Span:
    """The times of a block, window by window."""

    def __init__(self, levels: Sequence[int], samples: int) -> None:
        self.first, self.last = np.inf, -np.inf
        self.is_sorted = True
        self.levels = {factor: np.empty((2, -(-samples // factor))) for factor in levels}

    def add_all(self, windows: Iterator[NDArray[np.float64]]) -> None:
        start, previous = 0, -np.inf
        for times in windows:
            in_order = times[0] >= previous and bool((times[1:] >= times[:-1]).all())
            self.is_sorted = self.is_sorted and bool(in_order)
            self.first, self.last = min(self.first, float(times.min())), max(self.last, float(times.max()))
            for factor, spans in self.levels.items():
                first = start // factor
                spans[:, first : first - (-len(times) // factor)] = time_spans(times, factor)
            start, previous = start + len(times), times[-1]


def _entry(block: MergedBlock, span: _Span, levels: Sequence[int]) -> dict[str, Any]:
    plan, layout = block.plan, block.plan.layout
    known = {name: plan.descriptions.get(name, FieldDescription()) for name in layout.fields}
    return {
        "path": plan.path,
        "archive_group": f"{ARCHIVE_GROUP}/{plan.key}",
        "agent_address": layout.agent_address,
        "agent_class": layout.agent_class,
        "feed": layout.feed,
        "feed_address": layout.feed_address,
        "block": layout.block,
        "version": plan.version,
        "samples": block.samples,
        "first_time": span.first,
        "last_time": span.last,
        "sorted": span.is_sorted,
        "decimated": list(levels),
        "numeric": plan.numeric,
        "fields": [
            [name, plan.datasets[name], str(layout.kind(name)), known[name].unit, known[name].description]
            for name in layout.fields
        ],
    }


def _write_frame(file: h5py.File, sources: Sequence[SealedFile], facts: Mapping[str, Any]) -> None:
    with h5py.File(sources[0].path) as first:
        site = first["entry"].attrs.get("site", "")
    creator = f"ocs-sim {version('ocs-sim')}"
    write_frame(file, {"id": uuid.uuid4().hex, "creator": creator, "site": site, **facts})
    file.attrs["journal_bytes"] = 0


def _write_index(
    file: h5py.File, entries: Sequence[dict[str, Any]], sources: Sequence[SealedFile], compression: str | None
) -> None:
    times = [entry[end] for entry in entries for end in ("first_time", "last_time")] or [0.0]
    file["entry/start_time"], file["entry/end_time"] = iso_time(min(times)), iso_time(max(times))
    gaps = list(dict.fromkeys(gap for source in sources for gap in source.gaps))
    replaced = [each for source in sources for each in (source.journal_id, *source.supersedes)]
    index = {
        "blocks": list(entries),
        "gaps": [asdict(gap) for gap in gaps],
        "supersedes": list(dict.fromkeys(replaced)),
        "compression": compression,
    }
    file[f"{ARCHIVE_GROUP}/index"] = json.dumps(index)
