"""What is inside a journal's frames: msgpack arrays whose first element says their kind.

Readers skip kinds that they do not know. The kinds:

    [0, {facts}]                                                   of the file: created, creator, site
    [1, id, feed address, agent address, agent class, feed, block, [fields], [kinds]]    a layout
    [2, id, boot id]
    [3, layout id, boot id's id, sequence, received, samples, texts, blob]               a block
    [4, feed address, boot id, {block: {field: [unit, description, type]}}]
    [5, feed address, boot id, first missing, last missing, reason]
    [6, {ledger}]                                                  what was recorded before this file
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from enum import IntEnum
from typing import Any

import msgpack

from ocs_sim.archive._framing import frame, two_part_frame
from ocs_sim.archive._records import FieldDescription, Gap, Layout


class PayloadKind(IntEnum):
    """The first element of a payload."""

    FACTS = 0
    LAYOUT = 1
    BOOT = 2
    DATA = 3
    DESCRIPTION = 4
    GAP = 5
    LEDGER = 6


_pack = msgpack.Packer(unicode_errors="surrogatepass").pack

Described = Mapping[str, Mapping[str, FieldDescription]]


def decode(payload: memoryview | bytes) -> list[Any]:
    """Return a payload's array."""
    decoded: list[Any] = msgpack.unpackb(payload, unicode_errors="surrogatepass", strict_map_key=False)
    return decoded


def facts_frame(facts: Mapping[str, Any]) -> bytes:
    """Return the frame with what is to be known of the file."""
    return frame(_pack([PayloadKind.FACTS, facts]))


def layout_frame(identity: int, layout: Layout) -> bytes:
    """Return the frame that introduces a layout."""
    return frame(
        _pack(
            [
                PayloadKind.LAYOUT,
                identity,
                layout.feed_address,
                layout.agent_address,
                layout.agent_class,
                layout.feed,
                layout.block,
                layout.fields,
                [str(kind) for kind in layout.kinds],
            ]
        )
    )


def boot_frame(identity: int, boot_id: str) -> bytes:
    """Return the frame that introduces a boot id."""
    return frame(_pack([PayloadKind.BOOT, identity, boot_id]))


def data_frame(
    layout: int,
    boot: int,
    sequence: int | None,
    received: float,
    samples: int,
    texts: Sequence[Sequence[str]],
    blob: bytes,
) -> bytes:
    """Return the frame of one block; `blob` is times, then words, then booleans, and comes last."""
    return frame(_pack((3, layout, boot, sequence, received, samples, texts, blob)))


# As msgpack: an array of 8, kind 3, two u32, u64, float64, u32, an empty array, and the head of a bin32.
_DATA = struct.Struct(">HBIBIBQBdBIBBI")


def plain_data_frame(
    layout: int, boot: int, sequence: int, received: float, samples: int, blob: bytes
) -> bytes:
    """Return the frame of one block without texts, as `data_frame` does, in half the time."""
    head = _DATA.pack(
        0x9803, 0xCE, layout, 0xCE, boot, 0xCF, sequence, 0xCB, received, 0xCE, samples, 0x90, 0xC6, len(blob)
    )
    return two_part_frame(head, blob)


def ledger_frame(encoded: Mapping[str, Any]) -> bytes:
    """Return the frame with a ledger, encoded, as it was when the file was begun."""
    return frame(_pack([PayloadKind.LEDGER, encoded]))


def description_frame(feed_address: str, boot_id: str, blocks: Described) -> bytes:
    """Return the frame with the units and descriptions of a feed's fields."""
    plain = {
        block: {field: [known.unit, known.description, known.type] for field, known in fields.items()}
        for block, fields in blocks.items()
    }
    return frame(_pack([PayloadKind.DESCRIPTION, feed_address, boot_id, plain]))


def gap_frame(gap: Gap) -> bytes:
    """Return the frame that says which blocks are known to be gone."""
    return frame(_pack([PayloadKind.GAP, *astuple(gap)]))
