"""Publications as msgpack: packed once, where they are published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgpack

from ocs_sim.wire._arrays import is_numeric, listed, pack_arrays
from ocs_sim.wire._errors import BadBlock, BadFeedMessage
from ocs_sim.wire._feeds import Block
from ocs_sim.wire._msgpack import array_header, map_header, pack_value


def pack_publication(blocks: Iterable[Block], packed_description: bytes) -> bytes:
    """Return the one positional argument of a recorded publication as msgpack.

    `packed_description` is what `pack_value` makes of an encoded FeedInfo. Columns may be numpy arrays of
    numbers or booleans. Raises BadBlock for what msgpack does not take.
    """
    bodies = [(block.name, _pack_block(block)) for block in blocks]
    parts = [array_header(2), map_header(len(bodies))]
    for name, body in bodies:
        parts += (pack_value(name), body)
    parts.append(packed_description)
    return b"".join(parts)


def join_publication(blocks: Sequence[tuple[bytes, Sequence[Any]]], packed_description: bytes) -> bytes:
    """Return a publication of blocks that encoders have packed: of each its key, and its body in parts."""
    parts: list[Any] = [array_header(2), map_header(len(blocks))]
    for key, body in blocks:
        parts.append(key)
        parts += body
    parts.append(packed_description)
    return b"".join(parts)


def unpack_publication(packed: bytes) -> list[Any]:
    """Return the pair of message and description, as subscribers get it; raises BadFeedMessage."""
    try:
        pair = msgpack.unpackb(packed, raw=False, strict_map_key=False, unicode_errors="replace")
    except Exception as fault:  # msgpack has many errors, and no base class for them
        raise BadFeedMessage(topic="the bus", fault=f"not msgpack ({fault})") from fault
    if not isinstance(pair, list) or len(pair) != 2:
        raise BadFeedMessage(topic="the bus", fault="not a pair of message and feed description")
    return pair


def _pack_block(block: Block) -> bytes:
    try:
        return _pack_body(block.encode())
    except (TypeError, ValueError, OverflowError) as fault:
        raise BadBlock(block=block.name, faults=f"it cannot be packed: {fault}") from fault


def _pack_body(body: Mapping[str, Any]) -> bytes:
    if not any(hasattr(column, "dtype") for column in (body["timestamps"], *body["data"].values())):
        return pack_value(body)
    parts = [map_header(len(body))]
    for key, value in body.items():
        parts.append(pack_value(key))
        if key == "data":
            parts += _pack_data(value)
        else:
            parts += pack_arrays([value]) if is_numeric(value) else [pack_value(listed(value))]
    return b"".join(parts)


def _pack_data(data: Mapping[str, Any]) -> list[bytes]:
    arrays = {name: column for name, column in data.items() if is_numeric(column)}
    packed = dict(zip(arrays, pack_arrays(list(arrays.values())), strict=True)) if arrays else {}
    parts = [map_header(len(data))]
    for name, column in data.items():
        parts.append(pack_value(name))
        parts.append(packed[name] if name in packed else pack_value(listed(column)))
    return parts
