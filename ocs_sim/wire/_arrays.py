"""Columns that are numpy arrays, without a Python loop per sample.

numpy is imported only where an array came, that is where somebody has imported it before.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from ocs_sim.wire._msgpack import array_header

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_FLOAT64, _UINT64, _INT64 = 0xCB, 0xCF, 0xD3
_FALSE = 0xC2
_LITTLE = {"f8": "<f8", "i8": "<i8", "b1": "?"}
# Below this many samples a column costs more to handle on its own than its samples do.
_SHORT_SAMPLES = 200


def is_array(values: Any) -> TypeGuard[Array]:
    """Tell whether a column is a numpy array, and no subclass: masked samples have no numbers to send."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(values) is numpy.ndarray


def is_numeric(values: Any) -> TypeGuard[Array]:
    """Tell whether a column is an array whose samples need not be looked at one by one."""
    return is_array(values) and values.dtype.kind in "fiub"


def listed(values: Any) -> Any:
    """Return what has numpy's or pandas' `tolist` as a list, anything else as it is."""
    return values.tolist() if hasattr(values, "dtype") and hasattr(values, "tolist") else values


def little_endian(column: Array, kind: str) -> Any:
    """Return an array's samples as little-endian float64 (f8), int64 (i8) or bytes (b1), as a buffer.

    Raises ValueError for integers beyond 64 bits with sign, and for arrays that are not of shape (n,).
    """
    import numpy as np

    _check_shape(column)
    if kind == "i8" and column.dtype.kind == "u" and column.size and int(column.max()) >= 2**63:
        raise ValueError(f"{int(column.max())} is beyond 64 bits")
    # A contiguous array of the wanted type is its own buffer: nothing is copied here.
    return np.ascontiguousarray(column, _LITTLE[kind])


def pack_arrays(columns: Sequence[Array]) -> list[bytes]:
    """Return each column as a msgpack array of float64, of 64-bit integers, or of booleans.

    Raises ValueError for arrays of anything else, or that are not of shape (n,).
    """
    if len(columns) > 1 and len(columns[0]) < _SHORT_SAMPLES:
        dtype, samples = columns[0].dtype, len(columns[0])
        if all(each.dtype == dtype and each.shape == (samples,) for each in columns):
            return _pack_alike(columns, samples)
    return [array_header(len(each)) + pack_samples(each) for each in columns]


def _pack_alike(columns: Sequence[Array], samples: int) -> list[bytes]:
    import numpy as np

    body, header = pack_samples(np.concatenate(columns)), array_header(samples)
    step = len(body) // len(columns)
    starts = range(0, step * len(columns), step) if step else [0] * len(columns)
    return [header + body[start : start + step] for start in starts]


def pack_samples(column: Array) -> bytes:
    """Return an array's samples as msgpack has them, without the header."""
    _check_shape(column)
    kind = column.dtype.kind
    if kind == "b":
        return _booleans(column)
    if kind == "f":
        return _numbers(column, _FLOAT64, ">f8")
    if kind == "u" and column.size and int(column.max()) >= 2**63:
        return _numbers(column, _UINT64, ">u8")
    if kind in "iu":
        return _numbers(column, _INT64, ">i8")
    raise ValueError(f"an array of {column.dtype} is not of numbers")


def _numbers(column: Array, tag: int, code: str) -> bytes:
    import numpy as np

    tagged = np.empty(len(column), _tagged(code))
    tagged["tag"] = tag
    tagged["value"] = column
    return tagged.tobytes()


def _tagged(code: str) -> Any:
    import numpy as np

    if code not in _TAGGED:
        _TAGGED[code] = np.dtype([("tag", "u1"), ("value", code)])
    return _TAGGED[code]


_TAGGED: dict[str, Any] = {}


def _booleans(column: Array) -> bytes:
    import numpy as np

    return (column.view(np.uint8) + np.uint8(_FALSE)).tobytes()


def _check_shape(column: Array) -> None:
    if column.ndim != 1:
        raise ValueError(f"an array of shape {column.shape} is no column of samples")
