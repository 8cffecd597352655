"""WAMP messages whose one positional argument stays msgpack, as it was made or as it came."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgpack

from ocs_sim.bus._autobahn import SerializationError, check_or_raise_uri

# Accepts map keys and strings that msgpack would refuse; CBOR and JSON peers send them.
TOLERANT: dict[str, Any] = {"raw": False, "strict_map_key": False, "unicode_errors": "replace"}
_log = logging.getLogger(__name__)
# How [PUBLISH, request, options, topic, args] and [EVENT, subscription, publication, details, args] start.
_PUBLISH, _EVENT = b"\x95\x10", b"\x95\x24"
_SHORT_ARRAY = 0x9
_NO_OPTIONS, _ONE_ARGUMENT = b"\x80", b"\x91"
_LONGEST_REQUEST_BYTES = 9
# Routers write ids and a topic; what is longer goes the ordinary way.
_HEADER_BYTES = 512
_DROPPED = "dropped an event of %s that is not one positional argument: %d arguments, %d keywords"


def longest_publish_head(topic: str) -> int:
    """Return how many bytes `publish_head` has at most; raise autobahn's error for a topic that is none."""
    return len(_PUBLISH) + _LONGEST_REQUEST_BYTES + len(_topic_and_beyond(topic))


def publish_head(request: int, topic: str) -> bytes:
    """Return a PUBLISH message up to its one positional argument."""
    packed: bytes = _PUBLISH + msgpack.packb(request) + _topic_and_beyond(topic)
    return packed


@lru_cache(maxsize=1024)
def _topic_and_beyond(topic: str) -> bytes:
    check_or_raise_uri(topic, message="publish()", strict=False, allow_empty_components=False)
    try:
        packed: bytes = _NO_OPTIONS + msgpack.packb(topic) + _ONE_ARGUMENT
    except UnicodeEncodeError as error:
        raise SerializationError(str(error)) from error
    return packed


class PackedEvent(NamedTuple):
    """An event; `topic` is None where it is the one that was subscribed to."""

    subscription: int
    topic: str | None
    argument: bytes


def is_event(message: bytes) -> bool:
    """Return whether a WAMP message says that it is an event, whatever else it says."""
    return message[1:2] == _EVENT[1:] and message[0] >> 4 == _SHORT_ARRAY


def read_event(message: bytes) -> PackedEvent | None:
    """Return the event that a WAMP message is, without looking at its argument.

    None for every other message, and for an event that has not exactly one positional argument.
    """
    if message[:2] != _EVENT:
        return None
    reader = msgpack.Unpacker(**TOLERANT)
    reader.feed(message[:_HEADER_BYTES])
    try:
        reader.read_array_header()
        reader.unpack()
        subscription, _publication, details = reader.unpack(), reader.unpack(), reader.unpack()
        if reader.read_array_header() != 1:
            return None
        start = reader.tell()
    except Exception:
        # Whatever it is, whoever reads the whole message will say so.
        return None
    if start == len(message) or not _is_plain(subscription, details):
        return None
    return PackedEvent(subscription, details.get("topic"), message[start:])


def _is_plain(subscription: Any, details: Any) -> bool:
    if type(subscription) is not int or type(details) is not dict:
        return False
    # An event that is to be acknowledged is left to autobahn.
    return not details or (
        type(details.get("topic", "")) is str and not details.get("x_acknowledged_delivery", False)
    )


class PackedListener:
    """A handler, as autobahn holds it, of `(topic, packed)`, for events which came decoded."""

    def __init__(self, handler: Callable[[str, bytes], Any], details_key: str) -> None:
        self.handler = handler
        self._details_key = details_key

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Hand on a decoded event; one that is not what was asked for is dropped."""
        topic = kwargs.pop(self._details_key).topic
        if len(args) != 1 or kwargs:
            _log.debug(_DROPPED, topic, len(args), len(kwargs))
            return
        try:
            packed = msgpack.packb(args[0], use_bin_type=True)
        except Exception as error:
            # JSON and CBOR know integers and keys that msgpack does not.
            _log.debug("dropped an event of %s that msgpack cannot hold: %s", topic, error)
            return
        self.handler(topic, packed)


def deliver(event: PackedEvent, subscriptions: dict[int, list[Any]]) -> bool:
    """Hand an event to autobahn's subscriptions; False, and nothing done, if one wants it decoded."""
    found = subscriptions.get(event.subscription, ())
    if not found or any(type(one.handler.fn) is not PackedListener for one in found):
        return False
    for one in tuple(found):
        one.handler.fn.handler(event.topic or one.topic, event.argument)
    return True
