"""Who publishes: one feed of one run of its publisher, recognised by how its publications end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from ocs_sim.archive._counters import FeedCounters
from ocs_sim.archive._shapes import Shape
from ocs_sim.wire import FeedInfo

_TOLERANT: dict[str, Any] = {"raw": False, "strict_map_key": False, "unicode_errors": "replace"}
_PAIR = 0x92
# Of a description; those that end alike are told apart by all of it.
_KEY_BYTES = 128
_MOST_SOURCES = 10_000


@dataclass(slots=True, eq=False)
class Source:
    """A feed's description, what is counted of it, and what its blocks were like."""

    info: FeedInfo
    counters: FeedCounters
    boot_id: str
    is_counted: bool
    is_wanted: bool
    tail: bytes = b""
    shapes: dict[str, Shape] = field(default_factory=dict)


def source_of(info: FeedInfo, counters: FeedCounters) -> Source:
    """Return a feed as its description has it."""
    boot_id = info.extras.get("boot_id")
    return Source(
        info,
        counters,
        boot_id=str(boot_id or info.session_id),
        is_counted=bool(boot_id),
        is_wanted=_is_wanted(info),
    )


def _is_wanted(info: FeedInfo) -> bool:
    # OCS's consumers are to leave alone what is packed, for they cannot read it.
    excluded = info.agg_params.get("exclude_aggregator") and info.extras.get("encoding") != "packed"
    return info.record and not excluded


class Tails:
    """Finds the source of a publication by the bytes of its description, which are always the same."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[Source]] = defaultdict(list)
        self._count = 0

    def find(self, packed: bytes) -> tuple[Source, Mapping[str, Any]] | None:
        """Return the source of a publication, and its message; None when it is not known yet."""
        if packed[:1] != b"\x92":
            return None
        for source in self._known.get(packed[-_KEY_BYTES:], ()):
            if packed.endswith(source.tail):
                # That the message ends where the description begins proves that it is the description.
                try:
                    return source, msgpack.unpackb(memoryview(packed)[1 : -len(source.tail)], **_TOLERANT)
                except Exception:  # msgpack has many errors, and no base class for them
                    return None
        return None

    def remember(self, packed: bytes, source: Source) -> None:
        """Know the source by the end of this publication of it."""
        reader = msgpack.Unpacker(**_TOLERANT, max_buffer_size=len(packed))
        reader.feed(packed)
        if packed[0] != _PAIR or reader.read_array_header() != 2:
            return
        reader.skip()
        tail = packed[reader.tell() :]
        if len(tail) < _KEY_BYTES:
            return
        source.tail = tail
        if self._count >= _MOST_SOURCES:
            self._known.clear()
            self._count = 0
        self._known[packed[-_KEY_BYTES:]].append(source)
        self._count += 1
