"""Samples of a journal as arrays: one copy from the file's pages, no loop per sample."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._journal_index import Entries
from ocs_sim.archive._payloads import decode

Order = Sequence[int] | NDArray[np.int64]
_WORD = 8
_PIECE_WORDS = 2**17


def times(buffer: memoryview, entries: Entries, order: Order) -> NDArray[np.float64]:
    """Return the timestamps of the blocks at positions `order`, shape (samples,)."""
    return _word(buffer, entries, order, 0).view("<f8")


def column(buffer: memoryview, entries: Entries, order: Order, name: str) -> NDArray[Any]:
    """Return one field: float64, int64, bool, or an object array of str for texts and JSON."""
    layout = entries.layout
    kind = layout.kind(name)
    if kind is ColumnKind.BOOLEAN:
        start = _WORD * (1 + len(layout.words)) + layout.booleans.index(name)
        return _slices(buffer, entries, order, start, 1).view(np.bool_)
    if kind in (ColumnKind.TEXT, ColumnKind.JSON):
        return _texts(buffer, entries, order, layout.texts.index(name))
    word = _word(buffer, entries, order, 1 + layout.words.index(name))
    return word.view("<f8" if kind is ColumnKind.FLOAT else "<i8")


def words(buffer: memoryview, entries: Entries, order: Order) -> NDArray[np.uint64]:
    """Return times and every eight-byte field, shape (1 + fields, samples), as raw 64-bit words."""
    rows = 1 + len(entries.layout.words)
    counts = np.asarray(entries.counts, dtype=np.int64)[np.asarray(order, dtype=np.int64)]
    blobs = np.asarray(entries.blobs, dtype=np.int64)[np.asarray(order, dtype=np.int64)]
    ends = np.cumsum(counts)
    total = int(counts.sum())
    result = np.empty((rows, total), dtype="<u8")
    # In pieces that stay in the processor's cache.
    step = max(_PIECE_WORDS // rows, 1)
    inner = np.searchsorted(ends, np.arange(step, total, step))
    cuts = np.unique(np.concatenate(([0], inner, [len(ends)])))
    for first, last in pairwise(cuts.tolist()):
        begin, end = ends[first] - counts[first], ends[last - 1]
        _transpose(buffer, blobs[first:last], counts[first:last], result[:, begin:end])
    return result


def _transpose(
    buffer: memoryview, blobs: NDArray[np.int64], counts: NDArray[np.int64], out: NDArray[np.uint64]
) -> None:
    rows = len(out)
    lengths = np.unique(counts)
    if len(lengths) == 1:
        stacked = _stacked(buffer, blobs, rows, int(lengths[0]))
        out.reshape(rows, len(blobs), -1)[:] = stacked.transpose(1, 0, 2)
        return
    starts = np.cumsum(counts) - counts
    for length in lengths:
        chosen = np.nonzero(counts == length)[0]
        positions = (starts[chosen][:, np.newaxis] + np.arange(length)).ravel()
        stacked = _stacked(buffer, blobs[chosen], rows, int(length))
        out[:, positions] = stacked.transpose(1, 0, 2).reshape(rows, -1)


def _stacked(buffer: memoryview, blobs: NDArray[np.int64], rows: int, length: int) -> NDArray[np.uint64]:
    size = _WORD * rows * length
    raw = b"".join([buffer[blob : blob + size] for blob in blobs.tolist()])
    return np.frombuffer(raw, dtype="<u8").reshape(len(blobs), rows, length)


def _word(buffer: memoryview, entries: Entries, order: Order, row: int) -> NDArray[np.uint64]:
    return _slices(buffer, entries, order, _WORD * row, _WORD).view("<u8")


def _slices(buffer: memoryview, entries: Entries, order: Order, start: int, width: int) -> NDArray[np.uint8]:
    # Within a blob of n samples, what starts at byte `start` per sample starts at start * n.
    blobs, counts = entries.blobs, entries.counts
    pieces = [
        buffer[blobs[at] + start * counts[at] : blobs[at] + (start + width) * counts[at]] for at in order
    ]
    return np.frombuffer(bytearray().join(pieces), dtype=np.uint8)


def _texts(buffer: memoryview, entries: Entries, order: Order, row: int) -> NDArray[Any]:
    found: list[str] = []
    for at in order:
        begin, end = entries.payloads[at]
        found += decode(buffer[begin:end])[6][row]
    result = np.empty(len(found), dtype=object)
    result[:] = found
    return result
