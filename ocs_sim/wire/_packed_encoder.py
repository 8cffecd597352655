"""Blocks with all samples in one piece of bytes: the packed encoding."""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from ocs_sim.wire._chunks import Chunk, are_floats, together
from ocs_sim.wire._encoders import BlockEncoder, packed_strings
from ocs_sim.wire._msgpack import array_header, blob_header, map_header
from ocs_sim.wire._packed import FLOAT, blob_bytes, pack_column, packed_order


class PackedEncoder(BlockEncoder):
    """Encodes a block's samples as a recorder keeps them: `PackedSamples`."""

    entries = 7

    def __init__(self, name: str, fields: tuple[str, ...], kinds: tuple[str, ...]) -> None:
        super().__init__(name, fields, kinds)
        self._order = packed_order(kinds)
        self._bytes_per_sample = blob_bytes(1, kinds)
        empty, no_times = map_header(0), array_header(0)
        keys = packed_strings(["influxdb_tags", "timestamps", "seq", "sent", "packed"])
        self._after_data = empty + keys[0]
        self._after_tags = keys[1] + no_times + keys[2]
        self._after_sequence = keys[3]
        self._after_sent = keys[4] + array_header(4)
        self._after_samples = self.pack(",".join(fields)) + self.pack(",".join(kinds))

    def encode_lists(self, data: dict[str, Any], timestamps: Any) -> Chunk | None:
        """Encode lists of equal length; None when a sample is no float."""
        samples = [*chain.from_iterable(data.values())]
        if set(map(type, samples)) != {float}:
            return None
        return self._chunk(timestamps, struct.pack(f"<{len(samples)}d", *samples))

    def encode_arrays(self, columns: list[Any], timestamps: Any) -> Chunk | None:
        """Encode arrays of equal length; None when one is not of floats."""
        if not are_floats(columns):
            return None
        return self._chunk(timestamps, pack_column(together(columns), FLOAT).tobytes())

    def encode(self, timestamps: Any, columns: Mapping[str, Any]) -> Chunk:
        """Encode samples that have been checked."""
        values, times = columns.values(), _copied(timestamps, FLOAT)
        pieces = [_copied(each, kind) for each, kind in zip(values, self.kinds, strict=True)]
        return Chunk(len(timestamps), times, len(times) + sum(map(len, pieces)), pieces)

    def body(self, chunks: Sequence[Chunk], tags: bytes, sequence: int, sent: float) -> list[Any]:
        """Return, in parts, a block with the samples of all chunks."""
        samples = sum(each.samples for each in chunks)
        parts = [self.head, self._after_data, tags, self._after_tags, self.pack(sequence)]
        parts += (self._after_sequence, self.pack(sent), self._after_sent, self.pack(samples))
        parts += (self._after_samples, blob_header(samples * self._bytes_per_sample))
        parts += [each.times for each in chunks]
        if len(chunks) == 1 and chunks[0].complete:
            parts.append(chunks[0].whole)
        elif all(each.complete for each in chunks) and "numpy" in sys.modules:
            parts.append(_side_by_side(chunks, len(self.fields)))
        else:
            columns = [each.columns for each in chunks]
            parts += [pieces[index] for index in self._order for pieces in columns]
        return parts

    def _chunk(self, timestamps: Any, packed: Any) -> Chunk:
        times, samples = _copied(timestamps, FLOAT), len(timestamps)
        size = len(packed) + len(times)
        return Chunk(samples, times, size, whole=packed, step_bytes=8 * samples, complete=True)


def _copied(column: Any, kind: str) -> bytes:
    # The publisher may change an array as soon as it is published.
    return bytes(pack_column(column, kind))


def _side_by_side(chunks: Sequence[Chunk], fields: int) -> bytes:
    """Return the words of all chunks, field by field: slicing each column costs ten times as much."""
    import numpy as np

    words = [np.frombuffer(each.whole, "<u8").reshape(fields, -1) for each in chunks]
    joined: bytes = np.concatenate(words, axis=1).tobytes()
    return joined
