"""Which blocks a file holds, as runs of sequence numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._layouts import BlockPlan

# One row for each run of blocks of one boot whose sequence numbers grow by the same step; without
# sequence numbers first and last are -1 and the step is 0.
PROVENANCE = np.dtype(
    [
        ("boot", "<i8"),
        ("first_sequence", "<i8"),
        ("last_sequence", "<i8"),
        ("sequence_step", "<i8"),
        ("blocks", "<i8"),
        ("first_sample", "<i8"),
        ("samples", "<i8"),
        ("first_received", "<f8"),
        ("last_received", "<f8"),
    ]
)


def provenance(plan: BlockPlan) -> NDArray[np.void]:
    """Return the table of a block, shape (runs,), dtype PROVENANCE."""
    order, entries = plan.order, plan.entries
    boots = np.asarray(entries.boots, dtype=np.int64)[order]
    sequences = np.asarray(
        [-1 if number is None else number for number in entries.sequences], dtype=np.int64
    )[order]
    counts = np.asarray(entries.counts, dtype=np.int64)[order]
    received = np.asarray(entries.received, dtype=np.float64)[order]
    starts = run_starts(boots, sequences)
    ends = np.append(starts[1:], len(boots))
    offsets = np.concatenate(([0], np.cumsum(counts)))
    table = np.zeros(len(starts), dtype=PROVENANCE)
    table["boot"], table["blocks"] = boots[starts], ends - starts
    table["first_sequence"], table["last_sequence"] = sequences[starts], sequences[ends - 1]
    steps = (table["last_sequence"] - table["first_sequence"]) // np.maximum(table["blocks"] - 1, 1)
    table["sequence_step"] = np.where((table["blocks"] == 1) & (table["first_sequence"] >= 0), 1, steps)
    table["first_sample"], table["samples"] = offsets[starts], offsets[ends] - offsets[starts]
    table["first_received"] = np.minimum.reduceat(received, starts)
    table["last_received"] = np.maximum.reduceat(received, starts)
    return table


def run_starts(boots: NDArray[np.int64], sequences: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions at which runs begin."""
    steps = np.diff(sequences)
    if len(boots) == 1 or ((boots == boots[0]).all() and (steps == steps[0]).all()):
        return np.zeros(1, dtype=np.int64)
    same_boot = (np.diff(boots) == 0).tolist()
    starts, step = [0], None
    for position, (same, difference) in enumerate(zip(same_boot, steps.tolist(), strict=True), start=1):
        if not same or (step is not None and difference != step):
            starts.append(position)
            step = None
        else:
            step = difference
    return np.asarray(starts, dtype=np.int64)
