"""Samples that were published at one time, encoded at once so that nobody has to look at them again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ocs_sim.wire._arrays import is_array

# What holds for the samples of a column besides `PackedSamples`' kinds.
TEXT, MIXED = "text", "mixed"


@dataclass(slots=True)
class Chunk:
    """Encoded samples of all fields of a block; the arrays' headers are left out.

    `whole` holds all columns, and `slices` where each is, or `step_bytes` how long each is; or `pieces` are
    the columns. With `complete`, `whole` is what a publication of this chunk alone has for them all.
    """

    samples: int
    times: Any
    size_bytes: int
    pieces: Sequence[Any] | None = None
    whole: Any = b""
    slices: Sequence[slice] = ()
    step_bytes: int = 0
    complete: bool = False

    @property
    def columns(self) -> Sequence[Any]:
        """The samples of each field."""
        if self.pieces is None and self.step_bytes:
            step = self.step_bytes
            self.pieces = [self.whole[start : start + step] for start in range(0, len(self.whole), step)]
        elif self.pieces is None:
            self.pieces = [self.whole[each] for each in self.slices]
        return self.pieces


def check_times(timestamps: Any) -> bool:
    """Tell at small cost whether timestamps are finite floats; when not, somebody must look closer."""
    if is_array(timestamps):
        return timestamps.ndim == 1 and timestamps.dtype.kind == "f" and math.isfinite(timestamps.sum())
    # The sum of what is finite may be beyond all floats, but not that of unix times.
    return set(map(type, timestamps)) == {float} and math.isfinite(sum(timestamps))


def common_type(columns: Sequence[Any], samples: int) -> type | None:
    """Return the type that all columns have, when each has so many samples."""
    types = set(map(type, columns))
    if len(types) != 1 or set(map(len, columns)) != {samples}:
        return None
    found: type = types.pop()
    return found


def are_floats(arrays: Sequence[Any]) -> bool:
    """Tell whether arrays are all of the same type, a float."""
    dtypes = [each.dtype for each in arrays]
    return dtypes[0].kind == "f" and dtypes.count(dtypes[0]) == len(dtypes)


def together(arrays: Sequence[Any]) -> Any:
    """Return arrays as one, one after the other."""
    import numpy as np

    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
