"""Feed messages: what a publisher sends and what a subscriber gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.wire._errors import BadFeedMessage
from ocs_sim.wire._packed import PackedSamples


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of several fields taken at the same moments.

    `timestamps` are unix seconds, shape (n,); each column of `data` has shape (n,). `sequence` counts
    the blocks of one feed since the publisher's boot, and `sent` is the unix time of their publication;
    both are None from publishers that do not tell. With `packed`, all samples are in there.
    """

    name: str
    timestamps: Sequence[float]
    data: Mapping[str, Sequence[Any]]
    influxdb_tags: Mapping[str, Any] | None = None
    sequence: int | None = None
    sent: float | None = None
    packed: PackedSamples | None = None

    def encode(self) -> dict[str, Any]:
        """Return the block as OCS 0.12.1 sends it, with `seq`, `sent` and `packed` added where they are."""
        encoded: dict[str, Any] = {
            "block_name": self.name,
            "data": dict(self.data),
            "influxdb_tags": self.influxdb_tags,
            "timestamps": self.timestamps,
        }
        if self.sequence is not None:
            encoded["seq"] = self.sequence
        if self.sent is not None:
            encoded["sent"] = self.sent
        if self.packed is not None:
            encoded["packed"] = self.packed.encode()
        return encoded


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """Who publishes a feed and how it wants to be recorded.

    `session_id` tells one run of the publisher from the next, and is the boot id of our own agents.
    """

    agent_address: str
    feed_name: str
    address: str
    record: bool
    session_id: str
    agent_class: str = ""
    agg_params: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)

    def encode(self) -> dict[str, Any]:
        """Return the feed's description as it accompanies each message."""
        return {
            "agent_address": self.agent_address,
            "agg_params": dict(self.agg_params),
            "feed_name": self.feed_name,
            "address": self.address,
            "record": self.record,
            "session_id": self.session_id,
            "agent_class": self.agent_class,
            **self.extras,
        }


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One publication; `blocks` is empty for a feed that is not recorded."""

    feed: FeedInfo
    message: Any
    blocks: tuple[Block, ...] = ()


def encode_blocks(blocks: Iterable[Block], feed: Mapping[str, Any]) -> list[Any]:
    """Return the one positional argument of a recorded publication; `feed` is an encoded FeedInfo."""
    return [{block.name: block.encode() for block in blocks}, feed]


def encode_message(message: Any, feed: Mapping[str, Any]) -> list[Any]:
    """Return the one positional argument of any other publication."""
    return [message, feed]


def decode_publication(argument: Any, topic: str, *, keep_packed: bool = False) -> FeedMessage:
    """Return the publication in the argument that a subscriber got.

    Packed samples become lists, as all others are; with `keep_packed` they stay in `Block.packed`, and
    such a block's timestamps and data are empty. Raises BadFeedMessage, which names the fault, for
    anything that OCS's recorders would choke on.
    """
    try:
        message, description = argument
        info = _decode_info(description)
    except (TypeError, ValueError, KeyError) as fault:
        raise BadFeedMessage(
            topic=topic, fault=f"not a pair of message and feed description ({fault})"
        ) from fault
    if not info.record:
        return FeedMessage(info, message)
    if not isinstance(message, Mapping):
        raise BadFeedMessage(topic=topic, fault="a recorded message must map block names to blocks")
    blocks = [_decode_block(key, body, topic, keep_packed) for key, body in message.items()]
    return FeedMessage(info, message, tuple(blocks))


_KNOWN = ("agent_address", "agg_params", "feed_name", "address", "record", "session_id", "agent_class")


def _decode_info(description: Mapping[str, Any]) -> FeedInfo:
    agg_params = description.get("agg_params")
    return FeedInfo(
        agent_address=str(description["agent_address"]),
        feed_name=str(description["feed_name"]),
        address=str(description["address"]),
        record=bool(description["record"]),
        session_id=str(description["session_id"]),
        agent_class=str(description.get("agent_class", "")),
        agg_params=agg_params if isinstance(agg_params, Mapping) else {},
        extras={key: value for key, value in description.items() if key not in _KNOWN},
    )


def _decode_block(key: Any, body: Any, topic: str, keep_packed: bool) -> Block:
    try:
        timestamps, data = body["timestamps"], body["data"]
        name = str(body.get("block_name", key))
        if "packed" in body:
            return _decode_packed(name, body, topic, keep_packed)
        if not isinstance(data, Mapping):
            raise TypeError(f"data is {type(data).__name__}")
        samples = len(timestamps)
        ragged = [column for column in data if len(data[column]) != samples]
    except (TypeError, KeyError, AttributeError) as fault:
        raise BadFeedMessage(
            topic=topic, fault=f"block {key!r} lacks timestamps or data ({fault})"
        ) from fault
    if ragged:
        uneven = f"block {name!r} has {len(timestamps)} timestamps but columns {ragged} differ in length"
        raise BadFeedMessage(topic=topic, fault=uneven)
    return Block(name, timestamps, data, body.get("influxdb_tags"), _sequence(body), _sent(body))


def _decode_packed(name: str, body: Mapping[str, Any], topic: str, keep_packed: bool) -> Block:
    try:
        packed = PackedSamples.decode(body["packed"])
    except ValueError as fault:
        raise BadFeedMessage(topic=topic, fault=f"block {name!r}: {fault}") from fault
    tags, sequence, sent = body.get("influxdb_tags"), _sequence(body), _sent(body)
    if keep_packed:
        return Block(name, [], {}, tags, sequence, sent, packed)
    timestamps, data = packed.expand()
    return Block(name, timestamps, data, tags, sequence, sent)


def _sequence(body: Mapping[str, Any]) -> int | None:
    sequence = body.get("seq")
    return sequence if type(sequence) is int else None


def _sent(body: Mapping[str, Any]) -> float | None:
    sent = body.get("sent")
    if type(sent) is float:
        return sent
    return float(sent) if type(sent) is int and abs(sent) < 2**63 else None
