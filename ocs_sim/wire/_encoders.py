"""Blocks as bytes: what an encoder remembers of a block is not worked out again for each publication."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgpack

from ocs_sim.wire._arrays import is_array
from ocs_sim.wire._chunks import Chunk, check_times, common_type
from ocs_sim.wire._msgpack import map_header
from ocs_sim.wire._packed import FLOAT


class BlockEncoder:
    """Encodes the samples of a block whose fields, and the kinds of these, stay the same.

    Each belongs to one publisher, that is to one thread at a time.
    """

    entries: int
    overhead_bytes: int
    """What a block has besides its samples and tags, at most."""

    def __init__(self, name: str, fields: tuple[str, ...], kinds: tuple[str, ...]) -> None:
        """Prepare for blocks of these fields; `kinds` are f8, i8, b1, `TEXT` or `MIXED`."""
        self.pack: Callable[[Any], bytes] = msgpack.Packer(use_bin_type=True).pack
        self.fields = fields
        # The headers of the samples and of the block itself are guessed, and not too small.
        self.overhead_bytes = sum(map(len, packed_strings(fields))) + 8 * len(fields) + 256
        self.kinds = kinds
        self.key = self.pack(name)
        self.head = map_header(self.entries) + self.pack("block_name") + self.key + self.pack("data")
        self._all_floats = set(kinds) == {FLOAT}

    def encode_alike(self, data: Any, timestamps: Any) -> Chunk | None:
        """Return the samples encoded if they are floats as before, lists or arrays; None for any other."""
        if not self._all_floats or type(data) is not dict or tuple(data) != self.fields:
            return None
        columns = [*data.values()]
        try:
            samples = len(timestamps)
            kind = common_type(columns, samples) if samples else None
            if kind is None or not _timed(timestamps):
                return None
            if kind is list:
                return self.encode_lists(data, timestamps)
            return self.encode_arrays(columns, timestamps) if is_array(columns[0]) else None
        except (TypeError, ValueError, OverflowError):
            # A closer look, which takes longer, will tell what is wrong.
            return None

    def encode_lists(self, data: dict[str, Any], timestamps: Any) -> Chunk | None:
        """Encode lists of equal length; None when a sample is no float."""
        raise NotImplementedError

    def encode_arrays(self, columns: list[Any], timestamps: Any) -> Chunk | None:
        """Encode arrays of equal length; None when one is not of floats."""
        raise NotImplementedError

    def encode(self, timestamps: Any, columns: Mapping[str, Any]) -> Chunk:
        """Return samples encoded that have been checked to be of the encoder's fields and kinds.

        Raises TypeError, ValueError or OverflowError for those that have no place on the wire.
        """
        raise NotImplementedError

    def body(self, chunks: Sequence[Chunk], tags: bytes, sequence: int, sent: float) -> list[Any]:
        """Return, in parts, a block with the samples of all chunks; `tags` are packed."""
        raise NotImplementedError


def _timed(timestamps: Any) -> bool:
    return (type(timestamps) is list or is_array(timestamps)) and check_times(timestamps)


def packed_strings(texts: Sequence[str]) -> list[bytes]:
    """Return each text as msgpack."""
    pack = msgpack.Packer(use_bin_type=True).pack
    return [pack(each) for each in texts]
