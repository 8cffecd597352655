"""Publishing to one feed of one agent: checks, numbers and gathers what is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ocs_sim.agent._counters import FeedCounters
from ocs_sim.agent._feeds import Feed
from ocs_sim.agent._gathering import Gathering
from ocs_sim.agent._publication import Publication
from ocs_sim.clock import Clock
from ocs_sim.wire import BadBlock, BlockEncoder, Chunk, FeedInfo, encode_message, pack_value, to_plain

# What is gathered is published at the latest when it is this much: nobody gains from more.
_MOST_GATHERED_BYTES = 256 * 2**10
# A router leaves those who send it more than 16 MB at once.
_LARGEST_BLOCK_BYTES = 15 * 2**20


class Delivery(Protocol):
    """Where a publisher hands its publications to; callable from any thread."""

    @property
    def waiting_bytes(self) -> int:
        """How much of what was recorded has not been sent yet."""
        ...

    def recorded(self, publication: Publication) -> None:
        """Publish as soon as the router is there, in order."""
        ...

    def fleeting(self, topic: str, argument: list[Any]) -> None:
        """Publish now or never."""
        ...

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop's next turn."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop in `seconds`."""
        ...

    def counters(self, topic: str) -> FeedCounters:
        """Return what has become of what was published on a topic."""
        ...


class Publisher:
    """The publishing end of a feed. Safe to use from any thread.

    A fault in what is published is raised where it is published, as BadBlock with every fault.
    """

    def __init__(self, feed: Feed, info: FeedInfo, delivery: Delivery, clock: Clock) -> None:
        self.feed = feed
        self.info = info
        self.extras: dict[str, Any] = {}
        self._description = info.encode()
        self._packed_description = pack_value(self._description)
        self._delivery = delivery
        self._clock = clock
        self._lock = threading.Lock()
        self._gathering = Gathering(feed)
        self._since = 0.0
        self._asked = False
        self._sequence = 0

    @property
    def blocks_published(self) -> int:
        """How many blocks were published since the agent started; the next one has this number."""
        return self._sequence

    @property
    def waiting_bytes(self) -> int:
        """How much of what this agent publishes, on all its recorded feeds, has not been sent yet."""
        return self._delivery.waiting_bytes

    def describe(self) -> dict[str, Any]:
        """Return the feed as get_api shows it: OCS's description, with the declared fields of each block."""
        blocks = {
            block: {name: each.encode() for name, each in fields.items()}
            for block, fields in (self.feed.blocks or {}).items()
        }
        described = {**self._description, "blocks": blocks}
        if self.feed.record:
            described["counters"] = self._delivery.counters(self.info.address).encode()
        return described

    def publish(self, message: Any) -> None:
        """Publish a message.

        On a recorded feed it is a dict as OCS takes it: `block_name`, `timestamp` and `data` with a sample
        of each field, or `timestamps` and `data` with a sequence of samples of each; and, if wanted,
        `influxdb_tags`. On any other feed it is any value that JSON has.
        """
        if not self.feed.record:
            plain, _ = to_plain(message, "message")
            self._delivery.fleeting(
                self.info.address, encode_message(plain, {**self._description, **self.extras})
            )
            return
        block, data, timestamps = _read(message)
        self._gather(block, data, timestamps, message.get("influxdb_tags"))

    def publish_block(
        self,
        block: str,
        data: Mapping[str, Any],
        timestamp: float | None = None,
        *,
        timestamps: Any = None,
        influxdb_tags: Mapping[str, Any] | None = None,
    ) -> None:
        """Publish samples of the fields of a block, taken at the same moments.

        Either one sample of each field, at `timestamp` (unix seconds; now if not given), or a sequence or
        array of shape (n,) of each, at `timestamps`, shape (n,). Raises BadBlock.
        """
        if timestamps is None:
            moment = self._clock.time() if timestamp is None else timestamp
            self._gather(block, _as_columns(block, data), [moment], influxdb_tags)
        else:
            self._gather(block, data, timestamps, influxdb_tags)

    def flush(self) -> None:
        """Publish what was gathered, now."""
        with self._lock:
            self._flush()

    def _gather(self, name: Any, data: Any, timestamps: Any, tags: Any) -> None:
        if not self.feed.record:
            raise BadBlock(block=name, faults=f"feed {self.feed.name!r} is not recorded and has no blocks")
        with self._lock:
            encoder, chunk, packed_tags = self._gathering.encode(name, data, timestamps, tags)
            if not chunk.samples:
                return
            self._make_fit(name, encoder, chunk, packed_tags)
            if not self._gathering:
                self._since = self._clock.monotonic()
            self._gathering.add(name, encoder, chunk, packed_tags)
            self._publish_or_wait()

    def _make_fit(self, name: str, encoder: BlockEncoder, chunk: Chunk, tags: bytes) -> None:
        size = chunk.size_bytes + encoder.overhead_bytes + len(tags)
        if size > _LARGEST_BLOCK_BYTES:
            raise BadBlock(
                block=name, faults=f"its {size} bytes are more than 15 MB: publish fewer samples at once"
            )
        if not self._gathering.fits(name, encoder, tags):
            # Samples of other fields or types cannot share a block with the old ones.
            self._flush()

    def _publish_or_wait(self) -> None:
        buffer_time = self.feed.buffer_time_seconds
        if self._gathering.size_bytes >= _MOST_GATHERED_BYTES:
            self._flush()
        elif buffer_time > 0:
            left = self._since + buffer_time - self._clock.monotonic()
            if left <= 0:
                self._flush()
            else:
                self._ask(lambda: self._delivery.call_later(left, self._flush_if_due))
        elif self.feed.coalesce:
            self._ask(lambda: self._delivery.call_soon(self._flush_if_due))
        else:
            self._flush()

    def _ask(self, for_a_call: Callable[[], None]) -> None:
        if not self._asked:
            self._asked = True
            for_a_call()

    def _flush_if_due(self) -> None:
        with self._lock:
            self._asked = False
            if self._gathering:
                self._publish_or_wait_longer()

    def _publish_or_wait_longer(self) -> None:
        left = self._since + self.feed.buffer_time_seconds - self._clock.monotonic()
        if left <= 0:
            self._flush()
        else:
            self._ask(lambda: self._delivery.call_later(left, self._flush_if_due))

    def _flush(self) -> None:
        blocks = len(self._gathering)
        if not blocks:
            return
        first = self._sequence
        packed = self._gathering.take(first, self._clock.time(), self._packed_description)
        self._sequence += blocks
        # Still under the lock: the order of the numbers is the order of publication.
        self._delivery.recorded(Publication(self.info.address, packed, first, self._sequence - 1))


def _read(message: Any) -> tuple[Any, Any, Any]:
    if not isinstance(message, Mapping):
        raise BadBlock(block="?", faults=f"the message is {type(message).__name__}, not a dict")
    missing = [key for key in ("block_name", "data") if key not in message]
    if "timestamp" not in message and "timestamps" not in message:
        missing.append("timestamp or timestamps")
    if missing:
        raise BadBlock(block=message.get("block_name", "?"), faults=f"the message lacks {', '.join(missing)}")
    if "timestamp" in message:
        name = message["block_name"]
        return name, _as_columns(name, message["data"]), [message["timestamp"]]
    return message["block_name"], message["data"], message["timestamps"]


def _as_columns(block: Any, data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise BadBlock(
            block=block, faults=f"data must map field names to samples, not be {type(data).__name__}"
        )
    return {name: [value] for name, value in data.items()}
