"""The order of samples that come from several files: that in which they were published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._block_counts import uneven_counts
from ocs_sim.archive._layouts import ranks
from ocs_sim.archive._provenance import PROVENANCE, run_starts
from ocs_sim.archive._sealed_file import SealedFile
from ocs_sim.archive._segments import StoredBlock

Counts = NDArray[np.unsignedinteger] | None
Ordered = tuple[list["Piece"], NDArray[np.void], Counts]


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice of the samples of a block of a source."""

    source: SealedFile
    block: StoredBlock
    samples: slice


@dataclass(slots=True)
class Run:
    """A row of a source's provenance, its samples, and how many each of its blocks has, if that is known."""

    piece: Piece
    boot: str
    row: np.void
    counts: NDArray[np.int64] | None


def by_blocks(runs: Sequence[Run], boot_ids: Sequence[str]) -> Ordered:
    """Return pieces, runs and counts in order of boot and sequence, whatever came late."""
    blocks = np.asarray([int(run.row["blocks"]) for run in runs])
    which = np.repeat(np.arange(len(runs)), blocks)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
    table = np.asarray([run.row for run in runs], dtype=PROVENANCE)
    boots = np.asarray([boot_ids.index(run.boot) for run in runs])
    sequences = table["first_sequence"][which] + nth * table["sequence_step"][which]
    counts = np.concatenate([run.counts for run in runs if run.counts is not None])
    # Sources are counted through: sample n of all of them, in the order of `runs`.
    starts = np.cumsum(counts) - counts
    order = np.lexsort((np.arange(len(which)), sequences, ranks(boots, boot_ids)[boots][which]))
    merged = _table(boots[which][order], sequences[order], counts[order], table[which[order]])
    pieces = _pieces(runs, which[order], starts[order], counts[order])
    return pieces, merged, uneven_counts(merged, counts[order])


def _table(
    boots: NDArray[np.int64],
    sequences: NDArray[np.int64],
    counts: NDArray[np.int64],
    rows: NDArray[np.void],
) -> NDArray[np.void]:
    starts = run_starts(boots, sequences)
    ends = np.append(starts[1:], len(boots))
    offsets = np.concatenate(([0], np.cumsum(counts)))
    table = np.zeros(len(starts), dtype=PROVENANCE)
    table["boot"], table["blocks"] = boots[starts], ends - starts
    table["first_sequence"], table["last_sequence"] = sequences[starts], sequences[ends - 1]
    steps = (table["last_sequence"] - table["first_sequence"]) // np.maximum(table["blocks"] - 1, 1)
    table["sequence_step"] = np.where(table["blocks"] == 1, 1, steps)
    table["first_sample"], table["samples"] = offsets[starts], offsets[ends] - offsets[starts]
    table["first_received"] = np.minimum.reduceat(rows["first_received"], starts)
    table["last_received"] = np.maximum.reduceat(rows["last_received"], starts)
    return table


def _pieces(
    runs: Sequence[Run],
    which: NDArray[np.int64],
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> list[Piece]:
    """Return what `which` run's samples from `starts` on are, as few and as long slices as there are."""
    lengths = np.asarray([run.piece.samples.stop - run.piece.samples.start for run in runs])
    begins = np.cumsum(lengths) - lengths
    follows = (which[1:] == which[:-1]) & (starts[1:] == starts[:-1] + counts[:-1])
    cuts = np.concatenate(([0], np.nonzero(~follows)[0] + 1, [len(which)]))
    pieces = []
    for first, end in pairwise(cuts.tolist()):
        run = runs[which[first]]
        begin = run.piece.samples.start + int(starts[first] - begins[which[first]])
        pieces.append(replace(run.piece, samples=slice(begin, begin + int(counts[first:end].sum()))))
    return list(_joined(pieces))


def by_runs(runs: Sequence[Run], boot_ids: Sequence[str]) -> Ordered:
    """Return pieces, runs and counts where blocks have no numbers, or where nobody knows their samples."""
    if all(run.row["first_sequence"] >= 0 for run in runs):
        places = ranks(np.asarray([boot_ids.index(run.boot) for run in runs]), boot_ids)
        runs = sorted(
            runs, key=lambda run: (places[boot_ids.index(run.boot)], int(run.row["first_sequence"]))
        )
    table = np.asarray([run.row for run in runs], dtype=PROVENANCE)
    table["boot"] = [boot_ids.index(run.boot) for run in runs]
    table["first_sample"] = np.cumsum(table["samples"]) - table["samples"]
    known = [run.counts for run in runs if run.counts is not None]
    counts = uneven_counts(table, np.concatenate(known)) if len(known) == len(runs) else None
    return list(_joined([run.piece for run in runs])), table, counts


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    waiting = pieces[0]
    for piece in pieces[1:]:
        if piece.block is waiting.block and piece.samples.start == waiting.samples.stop:
            waiting = replace(waiting, samples=slice(waiting.samples.start, piece.samples.stop))
        else:
            yield waiting
            waiting = piece
    yield waiting
