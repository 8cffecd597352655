"""Blocks that are like their predecessor, which most are, are packed without looking at each field."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Mapping
from itertools import chain, groupby, repeat
from operator import countOf
from typing import Any, Protocol

from ocs_sim.archive._columns import ColumnKind
from ocs_sim.archive._encoder import Placed
from ocs_sim.archive._records import Layout

_TYPES = {ColumnKind.FLOAT: float, ColumnKind.INTEGER: int, ColumnKind.BOOLEAN: bool}
_CODES = {ColumnKind.FLOAT: "d", ColumnKind.INTEGER: "q", ColumnKind.BOOLEAN: "?"}
Packed = tuple[int, bytes]


class Shape(Protocol):
    """What a block was like: its layout, and how to pack another one that is like it."""

    placed: Placed
    block: str
    values_per_sample: int

    def pack(self, body: Mapping[str, Any]) -> Packed | None:
        """Return the number of samples and their bytes, as a journal has them; None if it is not alike."""
        ...


class ListShape:
    """A block of lists whose samples are floats, integers and booleans."""

    def __init__(self, layout: Layout, boot_id: str) -> None:
        """Take the layout of the predecessor, for which `fits` must hold."""
        self.placed = Placed(layout, boot_id)
        self.block = layout.block
        self.values_per_sample = len(layout.fields)
        order = [*layout.words, *layout.booleans]
        kinds = [layout.kind(name) for name in order]
        self._fields = layout.fields
        self._order = None if tuple(order) == layout.fields else order
        self._types = None if set(kinds) == {ColumnKind.FLOAT} else [_TYPES[kind] for kind in kinds]
        codes = chain("d", (_CODES[kind] for kind in kinds))
        self._codes = [(code, len(list(group))) for code, group in groupby(codes)]

    @staticmethod
    def fits(layout: Layout) -> bool:
        """Tell whether blocks of a layout can be packed so."""
        return all(kind in _TYPES for kind in layout.kinds)

    def pack(self, body: Mapping[str, Any]) -> Packed | None:
        """Return the number of samples and their bytes; None if the block is not as the last one was."""
        data, times = body["data"], body["timestamps"]
        if "packed" in body or tuple(data) != self._fields:
            return None
        columns = data.values() if self._order is None else [data[name] for name in self._order]
        count = len(times)
        samples = [*times, *chain.from_iterable(columns)]
        if not count or countOf(map(len, columns), count) != len(self._fields):
            return None
        if not self._are_of_their_types(samples, count) or not math.isfinite(sum(times)):
            return None
        try:
            return count, struct.pack(self._format(count), *samples)
        except struct.error:
            # An integer of more than 64 bits.
            return None

    def _are_of_their_types(self, samples: list[Any], count: int) -> bool:
        if self._types is None:
            return countOf(map(type, samples), float) == count * (1 + len(self._fields))
        expected = chain.from_iterable(repeat(each, count) for each in (float, *self._types))
        return [*map(type, samples)] == [*expected]

    def _format(self, count: int) -> str:
        return "<" + "".join([f"{columns * count}{code}" for code, columns in self._codes])


class PackedShape:
    """A block whose publisher packed it: the bytes are taken as they are."""

    def __init__(self, layout: Layout, boot_id: str, names: str, codes: str) -> None:
        """Take the layout and the two texts of the predecessor."""
        self.placed = Placed(layout, boot_id)
        self.block = layout.block
        self.values_per_sample = len(layout.fields)
        self._names, self._codes = names, codes
        self._bytes_per_sample = 8 * (1 + len(layout.words)) + len(layout.booleans)

    def pack(self, body: Mapping[str, Any]) -> Packed | None:
        """Return the number of samples and their bytes; None if the block is not as the last one was."""
        packed = body.get("packed")
        if type(packed) is not list or len(packed) != 4:
            return None
        count, names, codes, blob = packed
        if names != self._names or codes != self._codes or type(blob) is not bytes or type(count) is not int:
            return None
        if count <= 0 or len(blob) != count * self._bytes_per_sample or not times_are_finite(blob, count):
            return None
        return count, blob


def times_are_finite(blob: bytes, samples: int) -> bool:
    """Tell whether the timestamps, which come first, are numbers."""
    times = array("d")
    times.frombytes(memoryview(blob)[: 8 * samples])
    return math.isfinite(sum(times))
