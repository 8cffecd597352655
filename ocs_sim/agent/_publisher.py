"""Publishing to one feed of one agent: checks, numbers and gathers what is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ocs_sim.agent._columns import BlockCheck, Column
from ocs_sim.agent._feeds import Feed
from ocs_sim.agent._outbox import Publication
from ocs_sim.clock import Clock
from ocs_sim.wire import BadBlock, Block, FeedInfo, encode_blocks, encode_message, to_plain

# What a sample and a publication cost in memory, roughly: a pointer and a float object; dicts and strings.
_BYTES_PER_SAMPLE = 32
_BYTES_PER_PUBLICATION = 1200


class Delivery(Protocol):
    """Where a publisher hands its publications to; callable from any thread."""

    def recorded(self, publication: Publication) -> None:
        """Publish as soon as the router is there, in order."""
        ...

    def fleeting(self, topic: str, argument: list[Any]) -> None:
        """Publish now or never."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` in the loop in `seconds`."""
        ...


@dataclass
class _Gathered:
    fields: tuple[str, ...]
    tags: Mapping[str, Any] | None = None
    timestamps: list[float] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)


class Publisher:
    """The publishing end of a feed. Safe to use from any thread.

    A fault in what is published is raised where it is published, as BadBlock with every fault.
    """

    def __init__(self, feed: Feed, info: FeedInfo, delivery: Delivery, clock: Clock) -> None:
        self.feed = feed
        self.info = info
        self.extras: dict[str, Any] = {}
        self._description = info.encode()
        self._delivery = delivery
        self._clock = clock
        self._lock = threading.Lock()
        self._gathered: dict[str, _Gathered] = {}
        self._since: float | None = None
        self._sequence = 0

    @property
    def blocks_published(self) -> int:
        """How many blocks were published since the agent started; the next one has this number."""
        return self._sequence

    def describe(self) -> dict[str, Any]:
        """Return the feed as get_api shows it: OCS's description, with the declared fields of each block."""
        blocks = {
            block: {name: each.encode() for name, each in fields.items()}
            for block, fields in (self.feed.blocks or {}).items()
        }
        return {**self._description, "blocks": blocks}

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
        times, columns = self._check(name, data, timestamps, tags)
        if not times:
            return
        with self._lock:
            waiting = self._gathered.get(name)
            if waiting is not None and waiting.fields != tuple(columns):
                # A field set that changed cannot share a block with the old one.
                self._flush()
                waiting = None
            if waiting is None:
                waiting = self._gathered[name] = _Gathered(
                    tuple(columns), None, [], {key: [] for key in columns}
                )
            waiting.tags = tags if tags is not None else waiting.tags
            waiting.timestamps += times
            for key, column in columns.items():
                waiting.columns[key] += column
            self._publish_or_wait()

    def _check(
        self, name: Any, data: Any, timestamps: Any, tags: Any
    ) -> tuple[list[float], dict[str, Column]]:
        declared = self.feed.blocks
        fields = declared.get(name) if declared is not None and isinstance(name, str) else None
        check = BlockCheck(name, fields)
        if declared is not None and fields is None:
            check.faults.append(f"feed {self.feed.name!r} declares only {list(declared)}")
        check.tags(tags, data)
        return check.columns(data, timestamps)

    def _publish_or_wait(self) -> None:
        now, buffer_time = self._clock.monotonic(), self.feed.buffer_time_seconds
        if self._since is None:
            self._since = now
            if buffer_time > 0:
                self._delivery.call_later(buffer_time, self._flush_if_due)
        if now - self._since >= buffer_time:
            self._flush()

    def _flush_if_due(self) -> None:
        with self._lock:
            if self._since is None:
                return
            left = self._since + self.feed.buffer_time_seconds - self._clock.monotonic()
            if left <= 0:
                self._flush()
            else:
                self._delivery.call_later(left, self._flush_if_due)

    def _flush(self) -> None:
        self._since = None
        gathered, self._gathered = self._gathered, {}
        if not gathered:
            return
        blocks = [
            Block(name, each.timestamps, each.columns, each.tags, self._sequence + index)
            for index, (name, each) in enumerate(gathered.items())
        ]
        self._sequence += len(blocks)
        samples = sum(len(each.timestamps) * (1 + len(each.data)) for each in blocks)
        size = samples * _BYTES_PER_SAMPLE + len(blocks) * _BYTES_PER_PUBLICATION
        # Still under the lock: the order of the numbers is the order of publication.
        argument = encode_blocks(blocks, {**self._description, **self.extras})
        first, last = self._sequence - len(blocks), self._sequence - 1
        self._delivery.recorded(Publication(self.info.address, argument, size, first, last))


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
