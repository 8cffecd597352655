"""The short way of an ordinary publication through the router: unpacked once to be checked, packed never.

Ordinary is what telemetry is: msgpack, no options, not acknowledged, positional arguments only, to a topic
that the session is known to be allowed, on a router without traces, stores and payload types. All else, and
whatever is not well-formed, goes crossbar's way.
"""

# ruff: noqa: SLF001 -- crossbar has no public names for this

from __future__ import annotations

import struct
from typing import Any

import msgpack
from autobahn.exception import PayloadExceededError
from autobahn.util import id as new_id
from autobahn.wamp import message
from autobahn.wamp.serializer import MsgPackObjectSerializer, MsgPackSerializer
from crossbar.router.broker import Broker
from crossbar.router.protocol import WampRawSocketServerProtocol, WampWebSocketServerProtocol
from crossbar.router.router import Router
from crossbar.router.session import RouterSession

from .header import arguments_offset
from .routes import Route, Routes

_LARGEST_ID = 1 << 53
_unpack = msgpack.unpackb
_length = struct.Struct(">I").pack
_number = struct.Struct(">Q").pack


class Publication:
    """An ordinary publication that crossbar would let pass, and where it goes."""

    __slots__ = ("arguments", "data", "offset", "router", "routes", "session", "topic")

    def __init__(
        self,
        session: Any,
        data: bytes,
        offset: int,
        topic: str,
        arguments: list[Any],
        routes: tuple[Route, ...],
    ) -> None:
        self.session = session
        self.router = session._router
        self.data = data
        self.offset = offset
        self.topic = topic
        self.arguments = arguments
        self.routes = routes


def ordinary(protocol: Any, data: bytes) -> Publication | None:
    """Return the publication that a connection received; None when it is something else, for crossbar."""
    offset = arguments_offset(data)
    session = protocol._session
    if not offset or type(session) is not RouterSession or session._session_id is None:
        return None
    router = session._router
    broker = router._broker
    if not _is_plain(router, broker) or not _is_msgpack(protocol._serializer):
        return None
    try:
        # So that what is spoilt reaches no subscriber.
        _, request, _, topic, arguments = _unpack(data, raw=False)
    except Exception:
        # crossbar says what is wrong with it.
        return None
    routes = _routes_of(broker).find(topic)
    if routes is None or not arguments or request > _LARGEST_ID:
        return None
    if routes and not (_is_allowed(router, session, topic) and _are_few(broker, routes)):
        return None
    _count_received(protocol._serializer, len(data))
    return Publication(session, data, offset, topic, arguments, routes)


def dispatch(publication: Publication) -> None:
    """Send the events of a publication to all who shall have them."""
    if publication.routes:
        number = new_id()
        for route in publication.routes:
            _dispatch(publication, route, number)
    received = publication.router._message_stats["received"]
    received["publish"] = received.get("publish", 0) + 1


def _dispatch(publication: Publication, route: Route, number: int) -> None:
    """Send an event to all who have one subscription, but to the publisher."""
    publisher, router = publication.session, publication.router
    frame = event = None
    sent = 0
    for receiver in tuple(route.subscription.observers):
        transport = receiver._transport
        if receiver is publisher or not transport or not receiver._session_id:
            continue
        if _takes_bytes(transport):
            if frame is None:
                frame = _frame(publication, route, number)
            if _write(transport, frame):
                sent += 1
                continue
        if event is None:
            event = _event(publication, route, number)
        _send(router, receiver, event)
    if sent:
        counts = router._message_stats["sent"]
        counts["event"] = counts.get("event", 0) + sent


def _takes_bytes(transport: Any) -> bool:
    """Return whether a receiver's connection speaks msgpack and is open."""
    kind = type(transport)
    if kind is not WampRawSocketServerProtocol and (
        kind is not WampWebSocketServerProtocol or transport.state != transport.STATE_OPEN
    ):
        return False
    return transport._session is not None and _is_msgpack(transport._serializer)


def _frame(publication: Publication, route: Route, number: int) -> bytes:
    """Return the event as a rawsocket has it: its length, and the arguments as they came."""
    data, offset = publication.data, publication.offset
    size = len(route.head) + 8 + len(route.tail) + len(data) - offset
    return b"".join((_length(size), route.head, _number(number), route.tail, memoryview(data)[offset:]))


def _write(transport: Any, frame: bytes) -> bool:
    """Send an event's bytes; returns False, with nothing done, when the client does not take so many."""
    size = len(frame) - 4
    if type(transport) is WampRawSocketServerProtocol:
        if 0 < transport._max_len_send < size:
            return False
        transport.transport.write(frame)
    else:
        transport.sendMessage(frame[4:], isBinary=True)
    serializer = transport._serializer
    serializer._serialized_bytes += size
    serializer._serialized_messages += 1
    serializer._serialized_rated_messages += -(-size // serializer.RATED_MESSAGE_SIZE)
    return True


def _event(publication: Publication, route: Route, number: int) -> Any:
    """Return the event as crossbar makes it, for whom the publication's own bytes will not do."""
    session = publication.session
    event = message.Event(route.subscription.id, number, args=publication.arguments, topic=route.topic)
    event.correlation_uri = publication.topic
    event.correlation_is_anchor = event.correlation_is_last = False
    event._router_internal = (session._session_id, session._authid, session._authrole)
    return event


def _send(router: Any, receiver: Any, event: Any) -> None:
    """Send an event crossbar's way; that one receiver cannot have it does not keep it from the others."""
    try:
        router.send(receiver, event)
    except PayloadExceededError as error:
        router._broker.log.warn(
            "could not dispatch event to receiver {receiver} (subscription_id={subscription_id},"
            " publication_id={publication_id}): {err}",
            receiver=receiver._session_id,
            subscription_id=event.subscription,
            publication_id=event.publication,
            err=str(error),
        )
    except Exception:
        router._broker.log.failure("could not dispatch an event")


def _is_plain(router: Any, broker: Any) -> bool:
    """Return whether a router does with publications what ours does, and no more."""
    return (
        type(router) is Router
        and type(broker) is Broker
        and not router._is_traced
        and not router._trace_traffic
        and router._inventory is None
        and broker._event_store is None
    )


def _is_msgpack(serializer: Any) -> bool:
    if type(serializer) is not MsgPackSerializer or serializer._autoreset_callback is not None:
        return False
    packer = serializer._serializer
    return type(packer) is MsgPackObjectSerializer and not packer._batched


def _is_allowed(router: Any, session: Any, topic: str) -> bool:
    """Return whether crossbar found before that the session may publish this, and without being named."""
    role = session._authrole
    if role == "trusted" or role not in router._roles:
        return False
    found = router._authorization_cache.get((session._realm, role, topic, "publish"))
    return found is not None and found["allow"] is True and found.get("disclose", True) is False


def _are_few(broker: Any, routes: tuple[Route, ...]) -> bool:
    """Return whether crossbar, too, would send the event to all receivers at once."""
    most = broker._options.event_dispatching_chunk_size
    return all(len(each.subscription.observers) <= most for each in routes)


def _routes_of(broker: Any) -> Routes:
    try:
        known: Routes = broker._obsbow_routes
    except AttributeError:
        known = broker._obsbow_routes = Routes(broker)
    return known


def _count_received(serializer: Any, size: int) -> None:
    serializer._unserialized_bytes += size
    serializer._unserialized_messages += 1
    serializer._unserialized_rated_messages += -(-size // serializer.RATED_MESSAGE_SIZE)
