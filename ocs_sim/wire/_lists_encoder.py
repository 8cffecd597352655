"""Blocks as OCS has them: lists of samples, one msgpack array for each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from ocs_sim.wire._arrays import is_numeric, listed, pack_samples
from ocs_sim.wire._chunks import Chunk, are_floats, together
from ocs_sim.wire._encoders import BlockEncoder, packed_strings
from ocs_sim.wire._msgpack import array_header, map_header

_FLOAT_BYTES = 9
_FLOAT_TAG = b"\xcb"
_MOST_TEMPLATES = 16


class _Template:
    """Where everything is in a map of so many floats for each field, as msgpack packs it."""

    def __init__(self, names: Sequence[bytes], samples: int) -> None:
        header, step = len(array_header(samples)), _FLOAT_BYTES * samples
        position = len(map_header(len(names)))
        self.slices: list[slice] = []
        for name in names:
            position += len(name) + header
            self.slices.append(slice(position, position + step))
            position += step
        self.size = position
        tags = [slice(each.start, each.stop, _FLOAT_BYTES) for each in self.slices]
        # With one slice itemgetter returns bytes, with several a tuple of them.
        self._tags = itemgetter(*tags)
        self._right = _FLOAT_TAG * samples if len(tags) == 1 else (_FLOAT_TAG * samples,) * len(tags)

    def fits(self, packed: bytes) -> bool:
        """Tell whether every sample is a float: each begins where it would, with a float's tag."""
        return len(packed) == self.size and self._tags(packed) == self._right


class ListsEncoder(BlockEncoder):
    """Encodes a block's samples as OCS does."""

    entries = 6

    def __init__(self, name: str, fields: tuple[str, ...], kinds: tuple[str, ...]) -> None:
        super().__init__(name, fields, kinds)
        self._names = packed_strings(fields)
        self._data_header = map_header(len(fields))
        self._templates: dict[int, _Template] = {}
        self._after_data, self._after_tags, self._after_times, self._after_sequence = packed_strings(
            ["influxdb_tags", "timestamps", "seq", "sent"]
        )

    def encode_lists(self, data: dict[str, Any], timestamps: Any) -> Chunk | None:
        """Encode lists of equal length; None when a sample is no float."""
        # Looking at what msgpack has made of them is three times cheaper than at their types.
        template, packed = self._template(len(timestamps)), self.pack(data)
        if not template.fits(packed):
            return None
        times = self._samples(timestamps)
        return Chunk(
            len(timestamps), times, len(packed) + len(times), None, packed, template.slices, complete=True
        )

    def encode_arrays(self, columns: list[Any], timestamps: Any) -> Chunk | None:
        """Encode arrays of equal length; None when one is not of floats."""
        if not are_floats(columns):
            return None
        packed, times = pack_samples(together(columns)), self._samples(timestamps)
        step = _FLOAT_BYTES * len(timestamps)
        return Chunk(len(timestamps), times, len(packed) + len(times), whole=packed, step_bytes=step)

    def encode(self, timestamps: Any, columns: Mapping[str, Any]) -> Chunk:
        """Encode samples that have been checked."""
        times, pieces = self._samples(timestamps), [self._samples(each) for each in columns.values()]
        return Chunk(len(timestamps), times, len(times) + sum(map(len, pieces)), pieces)

    def body(self, chunks: Sequence[Chunk], tags: bytes, sequence: int, sent: float) -> list[Any]:
        """Return, in parts, a block with the samples of all chunks."""
        header = array_header(sum(each.samples for each in chunks))
        parts = [self.head]
        if len(chunks) == 1 and chunks[0].complete:
            parts.append(chunks[0].whole)
        else:
            parts.append(self._data_header)
            # Names, headers and samples in turn, without a step of Python's for each.
            headers, columns = [header] * len(self._names), [each.columns for each in chunks]
            parts += chain.from_iterable(zip(self._names, headers, *columns, strict=True))
        parts += (self._after_data, tags, self._after_tags, header, *[each.times for each in chunks])
        parts += (self._after_times, self.pack(sequence), self._after_sequence, self.pack(sent))
        return parts

    def _template(self, samples: int) -> _Template:
        template = self._templates.get(samples)
        if template is None:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.clear()
            template = self._templates[samples] = _Template(self._names, samples)
        return template

    def _samples(self, column: Any) -> bytes:
        if is_numeric(column):
            return pack_samples(column)
        return self.pack(listed(column))[len(array_header(len(column))) :]
