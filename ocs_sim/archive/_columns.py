"""Columns of samples as bytes, without a Python loop per sample."""

from __future__ import annotations

import json
import math
import sys
from array import array
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeGuard

_EXACT = 2**53


class ColumnKind(StrEnum):
    """How a column's samples are stored.

    The first three are packed, little-endian; the others are lists of str, where JSON keeps one JSON
    text per sample and so any mixture of types.
    """

    FLOAT = "f8"
    INTEGER = "i8"
    BOOLEAN = "b1"
    TEXT = "text"
    JSON = "json"


WORDS = frozenset({ColumnKind.FLOAT, ColumnKind.INTEGER})
TEXTS = frozenset({ColumnKind.TEXT, ColumnKind.JSON})
_ALL_FLOAT = frozenset({float})
_OPTIONAL_FLOAT = frozenset({float, int, type(None)})
_OF_DTYPE = {
    "f": ColumnKind.FLOAT,
    "i": ColumnKind.INTEGER,
    "b": ColumnKind.BOOLEAN,
}
_STORED_AS = {ColumnKind.FLOAT: "<f8", ColumnKind.INTEGER: "<i8", ColumnKind.BOOLEAN: "?"}


def is_array(values: Any) -> TypeGuard[Any]:
    """Tell whether a column is a numpy array, without importing numpy."""
    return hasattr(values, "dtype")


def classify(values: Sequence[Any]) -> ColumnKind:
    """Return the narrowest kind that keeps every value of a column."""
    if is_array(values):
        return _OF_DTYPE.get(values.dtype.kind) or classify(values.tolist())
    types = frozenset(map(type, values))
    if types == _ALL_FLOAT:
        return ColumnKind.FLOAT
    if len(types) == 1:
        return _classify_uniform(next(iter(types)), values)
    return ColumnKind.FLOAT if float in types and fits_float(values) else ColumnKind.JSON


def _classify_uniform(kind: type, values: Sequence[Any]) -> ColumnKind:
    if kind is bool:
        return ColumnKind.BOOLEAN
    if issubclass(kind, float):
        return ColumnKind.FLOAT
    if issubclass(kind, int):
        fits = min(values) >= -(2**63) and max(values) < 2**63
        return ColumnKind.INTEGER if fits else ColumnKind.JSON
    if kind is str:
        return ColumnKind.TEXT if _storable_text(values) else ColumnKind.JSON
    return ColumnKind.JSON


def fits_float(values: Sequence[Any]) -> bool:
    """Tell whether each value is a float, an integer that a float holds exactly, or None (kept as NaN)."""
    if is_array(values):
        return values.dtype.kind == "f" or (values.dtype.kind in "iu" and fits_float(values.tolist()))
    types = frozenset(map(type, values))
    if not types <= _OPTIONAL_FLOAT:
        return False
    return int not in types or all(abs(value) <= _EXACT for value in values if type(value) is int)


def _storable_text(values: Sequence[str]) -> bool:
    # HDF5 ends a text at the first NUL and knows no lone surrogates: JSON can escape both.
    try:
        return b"\0" not in "".join(values).encode()
    except UnicodeEncodeError:
        return False


def pack(values: Sequence[Any], kind: ColumnKind) -> bytes:
    """Return a column of kind FLOAT, INTEGER or BOOLEAN as little-endian bytes."""
    if is_array(values):
        packed: bytes = values.astype(_STORED_AS[kind]).tobytes()
        return packed
    if kind is ColumnKind.BOOLEAN:
        return bytes(values)
    if kind is ColumnKind.INTEGER:
        return _little_endian(array("q", values))
    return pack_floats(values)


def pack_floats(values: Sequence[Any]) -> bytes:
    """Return numbers as float64, None as NaN; raises TypeError for anything else."""
    if is_array(values):
        return pack(values, ColumnKind.FLOAT)
    try:
        return _little_endian(array("d", values))
    except TypeError:
        return _little_endian(array("d", [math.nan if value is None else value for value in values]))


def _little_endian(packed: array[Any]) -> bytes:
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def to_texts(values: Sequence[Any], kind: ColumnKind) -> list[str]:
    """Return a column of kind TEXT or JSON as a list of texts."""
    items = values.tolist() if hasattr(values, "tolist") else values
    if kind is ColumnKind.TEXT:
        return list(items)
    return [json.dumps(item, default=_plain) for item in items]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "dtype") else str(value)
