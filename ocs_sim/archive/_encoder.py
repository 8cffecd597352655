"""Turns records into journal frames, introducing each layout and boot id before its first use."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ocs_sim.archive._columns import (
    TEXTS,
    WORDS,
    ColumnKind,
    classify,
    fits_float,
    is_array,
    pack,
    pack_floats,
    to_texts,
)
from ocs_sim.archive._errors import BadRecord
from ocs_sim.archive._payloads import (
    Described,
    boot_frame,
    data_frame,
    description_frame,
    layout_frame,
    plain_data_frame,
)
from ocs_sim.archive._records import Layout, Record

_Block = tuple[str, str]
_Encoded = tuple[Layout, bytes, Sequence[Sequence[str]]]


@dataclass(slots=True)
class Placed:
    """A layout and a boot id, with what a journal calls them; `epoch` tells in which journal."""

    layout: Layout
    boot_id: str
    epoch: int = -1
    layout_id: int = 0
    boot: int = 0


class Encoder:
    """The state that a journal's frames share; `restart` begins another journal.

    A field that has been float stays float while integers and None fit in it: 1 and 1.0 are the same
    number to most serializers, and each change of kind would start another version of the block.
    """

    def __init__(self) -> None:
        self._layouts: dict[Layout, int] = {}
        self._boots: dict[str, int] = {}
        self._orders: dict[_Block, tuple[str, ...]] = {}
        self._floats: dict[_Block, set[str]] = {}
        self._last: dict[_Block, Layout] = {}
        self._descriptions: dict[str, tuple[str, Described]] = {}
        self._described: set[str] = set()
        self._epoch = 0

    def restart(self) -> None:
        """Forget what only the journal so far has been told."""
        self._epoch += 1
        self._layouts.clear()
        self._boots.clear()
        self._described.clear()

    def describe(self, feed_address: str, boot_id: str, blocks: Described) -> None:
        """Remember units and descriptions; they are written with the feed's next block."""
        if self._descriptions.get(feed_address) == (boot_id, blocks):
            return
        self._descriptions[feed_address] = (boot_id, blocks)
        self._described.discard(feed_address)
        self._epoch += 1
        for block, fields in blocks.items():
            floats = {name for name, known in fields.items() if known.type == "float"}
            self._floats.setdefault((feed_address, block), set()).update(floats)

    def encode(self, record: Record) -> bytes:
        """Return the frames of one record, empty when it has no samples; raises BadRecord."""
        samples = len(record.timestamps)
        _check(record, samples)
        if not samples or not record.columns:
            return b""
        layout, blob, texts = self._all_floats(record) or self._any_kinds(record)
        introductions, layout_id, boot = self._introduce(layout, record.boot_id)
        data = data_frame(layout_id, boot, record.sequence, record.received, samples, texts, blob)
        return introductions + data if introductions else data

    def encode_blob(
        self, placed: Placed, sequence: int | None, received: float, samples: int, blob: bytes
    ) -> bytes:
        """Return the frames of samples that are packed as a journal has them."""
        introductions = b""
        if placed.epoch != self._epoch:
            introductions, placed.layout_id, placed.boot = self._introduce(placed.layout, placed.boot_id)
            placed.epoch = self._epoch
        if sequence is None:
            data = data_frame(placed.layout_id, placed.boot, None, received, samples, (), blob)
        else:
            data = plain_data_frame(placed.layout_id, placed.boot, sequence, received, samples, blob)
        return introductions + data if introductions else data

    def introductions(self) -> bytes:
        """Return all that the journal so far has been told, for another that goes on in its place."""
        boots = [boot_frame(boot, boot_id) for boot_id, boot in self._boots.items()]
        layouts = [layout_frame(layout_id, layout) for layout, layout_id in self._layouts.items()]
        known = [feed for feed in self._described if feed in self._descriptions]
        told = [description_frame(feed, *self._descriptions[feed]) for feed in known]
        return b"".join((*boots, *layouts, *told))

    def layout_of(self, feed_address: str, block: str) -> Layout | None:
        """Return the layout of a block as it was last encoded."""
        return self._last.get((feed_address, block))

    def keeps(self, layout: Layout) -> bool:
        """Tell whether other samples of the same types will get the same layout, whatever their values."""
        floats = self._floats.get((layout.feed_address, layout.block), set())
        kinds = zip(layout.fields, layout.kinds, strict=True)
        return not any(kind is ColumnKind.INTEGER and name in floats for name, kind in kinds)

    def _all_floats(self, record: Record) -> _Encoded | None:
        # Most blocks are like their predecessor and hold floats only: one pass over all their samples.
        last = self._last.get((record.feed_address, record.block))
        if last is None or last.fields != tuple(record.columns) or last.agent_class != record.agent_class:
            return None
        columns = record.columns.values()
        if set(last.kinds) != {ColumnKind.FLOAT} or any(map(is_array, columns)):
            return None
        samples = [*chain.from_iterable(columns)]
        if set(map(type, samples)) != {float}:
            return None
        return last, _pack_times(record) + pack_floats(samples), ()

    def _any_kinds(self, record: Record) -> _Encoded:
        layout = self._choose(record)
        columns = [
            (record.columns[name], kind) for name, kind in zip(layout.fields, layout.kinds, strict=True)
        ]
        texts = [to_texts(values, kind) for values, kind in columns if kind in TEXTS]
        return layout, b"".join((_pack_times(record), *_packed(columns))), texts

    def _choose(self, record: Record) -> Layout:
        block = (record.feed_address, record.block)
        fields = self._orders.get(block, ())
        if tuple(record.columns) != fields and set(record.columns) != set(fields):
            fields = self._orders[block] = tuple(record.columns)
        floats = self._floats.setdefault(block, set())
        kinds = tuple([self._kind(record.columns[name], name, floats) for name in fields])
        last = self._last.get(block)
        if last and last.kinds == kinds and last.fields == fields and last.agent_class == record.agent_class:
            return last
        return self._remember(block, record, fields, kinds)

    def _remember(
        self, block: _Block, record: Record, fields: tuple[str, ...], kinds: tuple[ColumnKind, ...]
    ) -> Layout:
        layout = self._last[block] = Layout(
            record.feed_address,
            record.agent_address,
            record.agent_class,
            record.feed,
            record.block,
            fields,
            kinds,
        )
        return layout

    def _kind(self, values: Sequence[Any], name: str, floats: set[str]) -> ColumnKind:
        kind = classify(values)
        if kind is ColumnKind.FLOAT:
            floats.add(name)
        elif name in floats and kind is not ColumnKind.BOOLEAN and fits_float(values):
            return ColumnKind.FLOAT
        return kind

    def _introduce(self, layout: Layout, boot_id: str) -> tuple[bytes, int, int]:
        layout_id, boot = self._layouts.get(layout), self._boots.get(boot_id)
        described = layout.feed_address in self._described
        if layout_id is not None and boot is not None and described:
            return b"", layout_id, boot
        frames = []
        if boot is None:
            boot = self._boots[boot_id] = len(self._boots)
            frames.append(boot_frame(boot, boot_id))
        if layout_id is None:
            layout_id = self._layouts[layout] = len(self._layouts)
            frames.append(layout_frame(layout_id, layout))
        if not described:
            self._described.add(layout.feed_address)
            if layout.feed_address in self._descriptions:
                frames.append(
                    description_frame(layout.feed_address, *self._descriptions[layout.feed_address])
                )
        return b"".join(frames), layout_id, boot


def _check(record: Record, samples: int) -> None:
    ragged = [name for name, values in record.columns.items() if len(values) != samples]
    if ragged:
        fault = f"{samples} timestamps, but columns of another length: {', '.join(map(str, ragged))}"
        raise BadRecord(block=record.block, feed=record.feed_address, fault=fault)
    unnamed = [name for name in record.columns if not isinstance(name, str) or not name]
    if unnamed:
        raise BadRecord(
            block=record.block, feed=record.feed_address, fault=f"field names must be texts, not {unnamed}"
        )


def _pack_times(record: Record) -> bytes:
    try:
        packed = pack_floats(record.timestamps)
        if math.isfinite(math.fsum(record.timestamps)):
            return packed
        fault = "a timestamp is not finite"
    except (TypeError, ValueError, OverflowError) as error:
        fault = f"its timestamps are not unix seconds ({error})"
    raise BadRecord(block=record.block, feed=record.feed_address, fault=fault)


def _packed(columns: list[tuple[Sequence[Any], ColumnKind]]) -> list[bytes]:
    words = [pack(values, kind) for values, kind in columns if kind in WORDS]
    return words + [pack(values, kind) for values, kind in columns if kind is ColumnKind.BOOLEAN]


def described(blocks: Mapping[str, Mapping[str, Any]]) -> Described:
    """Return descriptions from the `blocks` of `get_feeds`: {block: {field: {unit, description, type}}}."""
    from ocs_sim.archive._records import FieldDescription

    return {
        block: {
            field: FieldDescription(
                str(known.get("unit") or ""),
                str(known.get("description") or ""),
                str(known.get("type") or ""),
            )
            for field, known in fields.items()
        }
        for block, fields in blocks.items()
    }
