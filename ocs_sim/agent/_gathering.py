"""What was published to a feed and is not yet on its way: checked, encoded, and gathered by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.agent._columns import BlockCheck
from ocs_sim.agent._feeds import PACKED, Feed
from ocs_sim.wire import (
    BadBlock,
    BlockEncoder,
    Chunk,
    ListsEncoder,
    PackedEncoder,
    join_publication,
    pack_value,
)

_NO_TAGS = pack_value(None)


@dataclass(slots=True)
class _Block:
    """The chunks of one block that will be published together."""

    encoder: BlockEncoder
    tags: bytes
    chunks: list[Chunk] = field(default_factory=list)

    def takes(self, encoder: BlockEncoder, tags: bytes) -> bool:
        """Tell whether samples that are encoded and tagged so can share a block with these."""
        return self.encoder is encoder and tags in (self.tags, _NO_TAGS)


class Gathering:
    """The blocks of a feed that are to share a publication. For one thread at a time."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._encoder_type = PackedEncoder if feed.encoding == PACKED else ListsEncoder
        self._encoders: dict[str, BlockEncoder] = {}
        self._tags: dict[str, tuple[tuple[str, ...], bytes]] = {}
        self._blocks: dict[str, _Block] = {}
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._blocks)

    def encode(self, name: Any, data: Any, timestamps: Any, tags: Any) -> tuple[BlockEncoder, Chunk, bytes]:
        """Return samples encoded, with what has encoded them, and their tags; raises BadBlock."""
        encoder = self._encoders.get(name) if isinstance(name, str) else None
        chunk = encoder.encode_alike(data, timestamps) if encoder is not None else None
        if encoder is None or chunk is None:
            return self._look_closer(name, data, timestamps, tags)
        return encoder, chunk, _NO_TAGS if tags is None else self._pack_tags(name, data, tags)

    def fits(self, name: str, encoder: BlockEncoder, tags: bytes) -> bool:
        """Tell whether samples can be added; when not, what is here must be published first."""
        block = self._blocks.get(name)
        return block is None or block.takes(encoder, tags)

    def add(self, name: str, encoder: BlockEncoder, chunk: Chunk, tags: bytes) -> None:
        """Add samples that fit."""
        block = self._blocks.get(name)
        if block is None:
            block = self._blocks[name] = _Block(encoder, tags)
            self.size_bytes += encoder.overhead_bytes + len(tags)
        block.chunks.append(chunk)
        self.size_bytes += chunk.size_bytes

    def take(self, first_sequence: int, sent: float, packed_description: bytes) -> bytes:
        """Return all of it as one publication, and begin anew; `sent` is unix seconds."""
        blocks, self._blocks, self.size_bytes = self._blocks, {}, 0
        return join_publication(
            [
                (each.encoder.key, each.encoder.body(each.chunks, each.tags, first_sequence + index, sent))
                for index, each in enumerate(blocks.values())
            ],
            packed_description,
        )

    def _look_closer(
        self, name: Any, data: Any, timestamps: Any, tags: Any
    ) -> tuple[BlockEncoder, Chunk, bytes]:
        check = self._check(name)
        check.tags(tags, data)
        times, columns, kinds = check.columns(data, timestamps)
        packed_tags = self._pack_tags(name, data, tags, checked=True)
        encoder = self._encoder(name, tuple(columns), kinds)
        try:
            return encoder, encoder.encode(times, columns), packed_tags
        except (TypeError, ValueError, OverflowError) as fault:
            raise BadBlock(block=name, faults=f"it cannot be packed: {fault}") from fault

    def _check(self, name: Any) -> BlockCheck:
        declared = self._feed.blocks
        fields = declared.get(name) if declared is not None and isinstance(name, str) else None
        check = BlockCheck(name, fields, self._feed.encoding)
        if declared is not None and fields is None:
            check.faults.append(f"feed {self._feed.name!r} declares only {list(declared)}")
        return check

    def _encoder(self, name: str, fields: tuple[str, ...], kinds: tuple[str, ...]) -> BlockEncoder:
        encoder = self._encoders.get(name)
        if encoder is None or encoder.fields != fields or encoder.kinds != kinds:
            encoder = self._encoders[name] = self._encoder_type(name, fields, kinds)
        return encoder

    def _pack_tags(self, name: str, data: Mapping[str, Any], tags: Any, *, checked: bool = False) -> bytes:
        """Return tags packed; those that are the last ones again need not be checked again."""
        try:
            packed = pack_value(tags)
        except (TypeError, ValueError, OverflowError) as fault:
            raise BadBlock(block=name, faults=f"influxdb_tags cannot be packed: {fault}") from fault
        known = (tuple(data), packed)
        if not checked and self._tags.get(name) != known:
            check = self._check(name)
            check.tags(tags, data)
            check.raise_faults()
        self._tags[name] = known
        return packed
