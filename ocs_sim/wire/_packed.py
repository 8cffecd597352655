"""The samples of a block as bytes: what a recorder copies without looking at them."""

from __future__ import annotations

import base64
import binascii
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocs_sim.wire._arrays import is_array, listed, little_endian
from ocs_sim.wire._errors import BadBlock

FLOAT, INTEGER, BOOLEAN = "f8", "i8", "b1"
_BYTES = {FLOAT: 8, INTEGER: 8, BOOLEAN: 1}
_CODES = {FLOAT: "d", INTEGER: "q"}
_ALL_FLOAT, _ALL_INTEGER, _ALL_BOOLEAN = frozenset({float}), frozenset({int}), frozenset({bool})
_NUMBERS = frozenset({float, int})
_KIND_OF_DTYPE = {"f": FLOAT, "i": INTEGER, "u": INTEGER, "b": BOOLEAN}
# WAMP's JSON begins a text with this where it means base64 of bytes.
_JSON_BYTES = "\0"


@dataclass(frozen=True, slots=True)
class PackedSamples:
    """The samples of a block in one piece of bytes.

    `kinds` says of each field whether it is f8, i8 or b1. `blob` is little-endian: the timestamps (f8),
    then every f8 and i8 field in the order of `fields`, then every b1 field, each of shape (samples,).
    """

    samples: int
    fields: tuple[str, ...]
    kinds: tuple[str, ...]
    blob: bytes

    def expand(self) -> tuple[list[float], dict[str, list[Any]]]:
        """Return the timestamps, and the samples of each field, as lists."""
        view = memoryview(self.blob)
        times, position = _floats(view, 0, self.samples), 8 * self.samples
        columns: dict[str, list[Any]] = {name: [] for name in self.fields}
        for index in packed_order(self.kinds):
            name, kind = self.fields[index], self.kinds[index]
            columns[name] = _column(view, position, self.samples, kind)
            position += _BYTES[kind] * self.samples
        return times, columns

    def encode(self) -> list[Any]:
        """Return what a block has under `packed`."""
        return [self.samples, ",".join(self.fields), ",".join(self.kinds), self.blob]

    @staticmethod
    def decode(encoded: Any) -> PackedSamples:
        """Return what a block's `packed` says; raises ValueError, which says what is wrong with it."""
        try:
            samples, names, codes, blob = encoded
        except (TypeError, ValueError):
            raise ValueError("packed must be [samples, names, kinds, blob]") from None
        if type(samples) is not int or samples < 0 or type(names) is not str or type(codes) is not str:
            raise ValueError("packed must be a count, two texts and a blob")
        fields, kinds = _split(names), _split(codes)
        _check_fields(fields, kinds)
        blob = _bytes(blob)
        expected = blob_bytes(samples, kinds)
        if len(blob) != expected:
            raise ValueError(f"the blob has {len(blob)} bytes where {expected} are due")
        return PackedSamples(samples, fields, kinds, blob)


def pack_columns(
    timestamps: Any,
    columns: Mapping[str, Any],
    kinds: Sequence[str] | None = None,
    block: str = "?",
) -> PackedSamples:
    """Return samples in packed form; `timestamps` and each column are sequences or arrays of shape (n,).

    `kinds` (f8, i8 or b1 for each column) spares looking at every sample; they must fit. Raises BadBlock
    for samples that are neither float, int nor bool, and for columns that are not equally long.
    """
    columns = {name: _column_of(column) for name, column in columns.items()}
    timestamps, samples = _column_of(timestamps), len(timestamps)
    ragged = [name for name, column in columns.items() if len(column) != samples]
    if ragged:
        raise BadBlock(block=block, faults=f"{samples} timestamps but fields {ragged} differ in length")
    chosen = tuple(kinds or (_kind(name, column, block) for name, column in columns.items()))
    values = list(columns.values())
    try:
        parts = [pack_column(timestamps, FLOAT)]
        parts += [pack_column(values[index], chosen[index]) for index in packed_order(chosen)]
    except (TypeError, ValueError, OverflowError) as fault:
        raise BadBlock(block=block, faults=f"it cannot be packed: {fault}") from fault
    return PackedSamples(samples, tuple(columns), chosen, b"".join(parts))


def blob_bytes(samples: int, kinds: Sequence[str]) -> int:
    """Return how long the blob of so many samples is."""
    return samples * (8 + sum(_BYTES[kind] for kind in kinds))


def packed_order(kinds: Sequence[str]) -> list[int]:
    """Return the indices of the fields in the order in which a blob has them."""
    indices = range(len(kinds))
    if BOOLEAN not in kinds:
        return list(indices)
    return sorted(indices, key=lambda index: kinds[index] == BOOLEAN)


def _column_of(values: Any) -> Any:
    return values if is_array(values) and values.dtype.kind in _KIND_OF_DTYPE else listed(values)


def _kind(name: str, column: Any, block: str) -> str:
    if is_array(column):
        return _KIND_OF_DTYPE[column.dtype.kind]
    types = frozenset(map(type, column))
    if types <= _ALL_FLOAT or types == _NUMBERS:
        return FLOAT
    if types == _ALL_INTEGER:
        return INTEGER
    if types == _ALL_BOOLEAN:
        return BOOLEAN
    kinds = ", ".join(sorted(each.__name__ for each in types))
    raise BadBlock(block=block, faults=f"field {name!r} has samples of type {kinds}, which cannot be packed")


def pack_column(column: Any, kind: str) -> Any:
    """Return a column's samples as little-endian bytes; raises TypeError, ValueError or OverflowError."""
    if is_array(column):
        return little_endian(column, kind)
    if kind == BOOLEAN:
        return bytes(column)
    packed = array(_CODES[kind], column)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed


def _column(view: memoryview, start: int, samples: int, kind: str) -> list[Any]:
    if kind == BOOLEAN:
        return [byte != 0 for byte in view[start : start + samples]]
    return _words(view, start, samples, kind)


def _floats(view: memoryview, start: int, samples: int) -> list[float]:
    return _words(view, start, samples, FLOAT)


def _words(view: memoryview, start: int, samples: int, kind: str) -> list[Any]:
    words = array(_CODES[kind])
    words.frombytes(view[start : start + 8 * samples])
    if sys.byteorder == "big":
        words.byteswap()
    return words.tolist()


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split(",")) if names else ()


def _check_fields(fields: Sequence[str], kinds: Sequence[str]) -> None:
    unknown = sorted(set(kinds) - _BYTES.keys())
    if unknown:
        raise ValueError(f"packed has unknown kinds {unknown}")
    if len(fields) != len(kinds):
        raise ValueError(f"packed has {len(fields)} names but {len(kinds)} kinds")
    if len(set(fields)) != len(fields):
        raise ValueError("packed has a field twice")


def _bytes(blob: Any) -> bytes:
    if isinstance(blob, bytes):
        return blob
    if isinstance(blob, bytearray | memoryview):
        return bytes(blob)
    if isinstance(blob, str) and blob.startswith(_JSON_BYTES):
        try:
            return base64.b64decode(blob[1:], validate=True)
        except (binascii.Error, ValueError) as fault:
            raise ValueError(f"the blob is not base64 ({fault})") from None
    raise ValueError(f"the blob is {type(blob).__name__}, not bytes")
