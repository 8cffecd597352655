"""How many samples each block brought: told by the table of runs, unless a run's blocks differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DATASET = "samples_per_block"


def uneven_counts(runs: NDArray[np.void], counts: NDArray[np.int64]) -> NDArray[np.unsignedinteger] | None:
    """Return what has to be stored of `counts`, one for each block in order; None when `runs` tell it."""
    told = even_counts(runs)
    if told is not None and np.array_equal(told, counts):
        return None
    return counts.astype(np.min_scalar_type(int(counts.max())))


def even_counts(runs: NDArray[np.void]) -> NDArray[np.int64] | None:
    """Return the samples of each block if all of a run have as many; None when they cannot have."""
    if (runs["samples"] % np.maximum(runs["blocks"], 1)).any():
        return None
    return np.repeat(runs["samples"] // np.maximum(runs["blocks"], 1), runs["blocks"])


def block_counts(
    runs: NDArray[np.void], stored: NDArray[np.unsignedinteger] | None
) -> NDArray[np.int64] | None:
    """Return the samples of each block, in order; None when the file does not tell.

    That is so in files of older recorders, which stored no counts, where blocks differ.
    """
    return even_counts(runs) if stored is None else stored.astype(np.int64)
