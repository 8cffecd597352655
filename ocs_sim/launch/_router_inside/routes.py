"""Which subscriptions a topic has, remembered until one is made or goes."""

# ruff: noqa: SLF001 -- crossbar has no public names for this

from __future__ import annotations

from typing import Any, NamedTuple

import msgpack
from autobahn.wamp import message
from crossbar.router.observation import UriObservationMap

_MOST_TOPICS = 20_000
# crossbar discloses who publishes to these, or lets nobody.
_ITS_OWN = ("wamp.", "crossbar.")


class Route(NamedTuple):
    """What an event under one subscription begins with, before and after the publication's number.

    `topic` is what its details tell: None where the subscriber knows it.
    """

    subscription: Any
    head: bytes
    tail: bytes
    topic: str | None


class Routes:
    """The routes of one broker."""

    _changes = 0

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self._strict = broker._option_uri_strict
        self._known: dict[str, tuple[Route, ...] | None] = {}
        self._known_at = -1

    def find(self, topic: str) -> tuple[Route, ...] | None:
        """Return the routes of a topic, None when it is for crossbar to judge."""
        if self._known_at != Routes._changes or len(self._known) > _MOST_TOPICS:
            self._known.clear()
            self._known_at = Routes._changes
        try:
            return self._known[topic]
        except KeyError:
            routes = self._known[topic] = self._make(topic)
            return routes

    def _make(self, topic: str) -> tuple[Route, ...] | None:
        if topic.startswith(_ITS_OWN) or not message._URI_PAT_LOOSE_NON_EMPTY.match(topic):
            return None
        if self._strict and not message._URI_PAT_STRICT_NON_EMPTY.match(topic):
            return None
        return tuple(_route(each, topic) for each in self._broker._subscription_map.match_observations(topic))


def _route(subscription: Any, topic: str) -> Route:
    told = None if subscription.match == message.Subscribe.MATCH_EXACT else topic
    details = {} if told is None else {"topic": told}
    # The publication's number follows, in eight bytes.
    head = b"\x95" + msgpack.packb(message.Event.MESSAGE_TYPE) + msgpack.packb(subscription.id) + b"\xcf"
    return Route(subscription, head, msgpack.packb(details), told)


def watch_changes() -> None:
    """Have every routes forgotten when crossbar makes or deletes a subscription of whatever router."""
    for name in ("create_observation", "delete_observation"):
        setattr(UriObservationMap, name, _counted(getattr(UriObservationMap, name)))


def _counted(method: Any) -> Any:
    def changing(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        finally:
            Routes._changes += 1

    return changing
