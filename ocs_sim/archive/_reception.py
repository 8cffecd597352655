"""What becomes of a publication: who sent it, whether it is new, and which journal frames it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ocs_sim.archive._counters import FeedCounters
from ocs_sim.archive._intake import Offered
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._long_way import LongWay
from ocs_sim.archive._providers import Providers
from ocs_sim.archive._records import Gap
from ocs_sim.archive._sources import Source, Tails, source_of
from ocs_sim.archive._told import Told, told
from ocs_sim.archive._writer import ArchiveWriter
from ocs_sim.wire import (
    BadFeedMessage,
    FeedInfo,
    decode_publication,
    unpack_publication,
)

_LARGEST = 2**63
_HEARTBEAT = "heartbeat"


class Reception:
    """Appends to `writer` what is new of the publications that it takes, in order.

    `unsynced` are the moments of publication of what was appended, with the feed it belongs to.
    `excluded` are (feed address, boot id) of what does not want to be recorded: the next run of a publisher
    may want otherwise. One thread only, but for reading counters.
    """

    def __init__(self, ledger: Ledger, counters: Counter[str], tell: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._counters = counters
        self._tell = tell
        self._long_way = LongWay(ledger, counters, tell)
        self._tails = Tails()
        self._sources: dict[tuple[str, str], Source] = {}
        self.providers = Providers()
        self.feeds: dict[str, FeedCounters] = {}
        self.told: dict[str, Told] = {}
        self.excluded: set[tuple[str, str]] = set()
        self.unsynced: list[tuple[FeedCounters, float]] = []
        self.writer: ArchiveWriter | None = None

    def take(self, item: Offered) -> None:
        """Archive a publication; raises BadFeedMessage for what is none."""
        packed = item.publication
        found = self._tails.find(packed) if type(packed) is bytes else None
        source, message = found or self._look_closer(item)
        if source is None:
            return
        if not source.is_wanted:
            self.excluded.add((source.info.address, source.boot_id))
            return
        if not isinstance(message, Mapping):
            raise BadFeedMessage(
                topic=source.info.address, fault="a recorded message must map block names to blocks"
            )
        counters = source.counters
        archived = counters.archived
        for key, body in message.items():
            if not self._append_alike(source, key, body, item):
                self._append_any(source, key, body, item)
        if counters.archived > archived:
            counters.bytes += item.weight

    def give_up(self, feed_address: str, boot_id: str, first: int, last: int, reason: str) -> None:
        """Record that blocks are gone, those of them that are not recorded."""
        holes = self._ledger.give_up(feed_address, boot_id, first, last)
        for hole in holes:
            self._require().note_gap(Gap(feed_address, boot_id, *hole, reason))
            self.counters_of(feed_address).lost += hole[1] - hole[0] + 1

    def counters_of(self, feed_address: str) -> FeedCounters:
        """Return the counters of a feed."""
        known = self.feeds.get(feed_address)
        if known is None:
            known = self.feeds[feed_address] = FeedCounters()
        return known

    def _require(self) -> ArchiveWriter:
        if self.writer is None:
            raise OSError("the archive is not open")
        return self.writer

    def _look_closer(self, item: Offered) -> tuple[Source | None, Any]:
        packed = item.publication
        pair = unpack_publication(bytes(packed)) if isinstance(packed, bytes | bytearray) else packed
        message, description = _pair(pair)
        info = decode_publication([{}, description], _topic(description)).feed
        if not info.record:
            self._hear(info, description, item)
            return None, message
        source = self._source(info)
        if type(packed) is bytes and not source.tail:
            self._tails.remember(packed, source)
        return source, message

    def _source(self, info: FeedInfo) -> Source:
        key = info.address, str(info.extras.get("boot_id") or info.session_id)
        known = self._sources.get(key)
        if known is None or known.info != info:
            if len(self._sources) > 10_000:
                self._sources.clear()
                self.excluded.clear()
            known = self._sources[key] = source_of(info, self.counters_of(info.address))
        return known

    def _hear(self, info: FeedInfo, description: Mapping[str, Any], item: Offered) -> None:
        if info.feed_name != _HEARTBEAT or item.is_replayed:
            return
        heard = told(description, item.received)
        if heard is None:
            return
        counters = description.get("counters")
        for name, counted in counters.items() if isinstance(counters, Mapping) else ():
            try:
                self.counters_of(f"{info.agent_address}.feeds.{name}").tell(heard.boot_id, counted)
            except (TypeError, KeyError, ValueError):
                continue
        self.told[info.agent_address] = heard

    def _append_alike(self, source: Source, key: Any, body: Any, item: Offered) -> bool:
        """Append a block that is like its predecessor, or drop a duplicate; tell whether it was either."""
        shape = source.shapes.get(key)
        if shape is None:
            return False
        try:
            sequence = body["seq"]
            packed = shape.pack(body)
            if packed is None or body.get("block_name", key) != shape.block:
                return False
        except (TypeError, KeyError, AttributeError):
            return False
        if type(sequence) is not int or not 0 <= sequence < _LARGEST:
            return False
        if not self._ledger.add(source.info.address, source.boot_id, sequence):
            source.counters.duplicate += 1
            return True
        samples, blob = packed
        self._require().append_blob(shape.placed, sequence, item.received, samples, blob)
        self._count(source, shape.block, samples * shape.values_per_sample, body, item)
        return True

    def _count(self, source: Source, block: str, samples: int, body: Any, item: Offered) -> None:
        counters = source.counters
        counters.samples += samples
        if item.is_replayed:
            counters.replayed += 1
        else:
            counters.received += 1
            self.providers.meet(source.info, item.received).note(block, samples, item.received)
        self._counters["blocks"] += 1
        self._counters["samples"] += samples
        sent = body.get("sent")
        if type(sent) is float:
            self.unsynced.append((counters, sent))

    def _append_any(self, source: Source, key: Any, body: Any, item: Offered) -> None:
        sequence = _sequence(body) if source.is_counted else None
        feed, boot = source.info.address, source.boot_id
        if sequence is not None and self._ledger.has(feed, boot, sequence):
            source.counters.duplicate += 1
            return
        outcome = self._long_way.append(self._require(), source, key, body, item.received)
        for name, values in outcome.appended:
            self._count(source, name, values, body, item)
        for fault in outcome.faults:
            self._counters["rejected"] += 1
            self._tell(fault)
        if not outcome.appended and sequence is not None:
            why = "; ".join(outcome.faults) or "it holds no samples"
            self.give_up(feed, boot, sequence, sequence, f"could not be archived: {why}")


def _pair(pair: Any) -> tuple[Any, Mapping[str, Any]]:
    try:
        message, description = pair
    except (TypeError, ValueError) as fault:
        raise BadFeedMessage(
            topic="the bus", fault=f"not a pair of message and description ({fault})"
        ) from fault
    return message, description


def _topic(description: Any) -> str:
    try:
        return str(description["address"])
    except (TypeError, KeyError, IndexError):
        return "an unknown feed"


def _sequence(body: Any) -> int | None:
    sequence = body.get("seq") if isinstance(body, Mapping) else None
    return sequence if type(sequence) is int and 0 <= sequence < _LARGEST else None
