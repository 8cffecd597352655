"""autobahn's session, with publications and events whose argument stays msgpack."""

from __future__ import annotations

import logging
from typing import Any, Protocol

import msgpack
import txaio
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ocs_sim.bus._autobahn import (
    ApplicationSession,
    CloseDetails,
    ComponentConfig,
    Event,
    SerializationError,
    TransportLost,
    Unsubscribe,
    UnsubscribeRequest,
)
from ocs_sim.bus._packed import TOLERANT, deliver, longest_publish_head, publish_head, read_event

_log = logging.getLogger(__name__)
# Routers draw their ids from 1 on.
_NO_SUBSCRIPTION = 0
_SILENT = txaio.make_logger(level="critical")


class Owner(Protocol):
    """The link that a session tells what becomes of it."""

    def joined(self) -> None:
        """The router welcomed us."""
        ...

    def left(self, reason: str) -> None:
        """The session is over."""
        ...


class Session(ApplicationSession):  # type: ignore[misc]  # autobahn is not typed
    """Tells its link what becomes of it, and carries packed arguments; otherwise it is autobahn's own."""

    def __init__(self, link: Owner, realm: str) -> None:
        super().__init__(ComponentConfig(realm=realm))
        # What autobahn would log, the connection logs in its own words.
        self.log = _SILENT
        self._link = link

    def onJoin(self, _details: Any) -> None:  # noqa: N802 - autobahn's name
        """Tell the link that it is open."""
        if self._transport is not None:
            self._transport.session_joined()
        self._link.joined()

    def onLeave(self, details: Any) -> Any:  # noqa: N802 - autobahn's name
        """Fail what is in flight."""
        self._link.left(_farewell(details.reason, details.message))
        return super().onLeave(details)

    def onMessage(self, message: Any) -> None:  # noqa: N802 - autobahn's name
        """Leave out an event that nobody asked for, which autobahn would end the session for."""
        if isinstance(message, Event) and message.subscription not in self._subscriptions:
            _log.debug("dropped an event of subscription %s, which is not ours", message.subscription)
            return
        super().onMessage(message)

    def onUserError(self, fail: Failure, msg: str) -> None:  # noqa: N802 - autobahn's name
        """Drop autobahn's own report: handlers' errors are logged where they are caught."""
        _log.debug("autobahn: %s (%s)", msg, fail.value)

    def publish_packed(self, topic: str, packed: bytes) -> None:
        """Publish one positional argument that is msgpack; raises as autobahn's `publish` does."""
        transport = self._transport
        if transport is None:
            raise TransportLost
        if not isinstance(packed, bytes) or not packed:
            raise SerializationError("what is packed must be the bytes of one msgpack object")
        if not transport.splices:
            self.publish(topic, msgpack.unpackb(packed, **TOLERANT))
            return
        # A request that is not sent must not have a number: they grow by one.
        transport.check_size(longest_publish_head(topic) + len(packed))
        transport.send_spliced(publish_head(self._request_id_gen.next(), topic), packed)

    def take_event(self, message: bytes) -> bool:
        """Hand a msgpack message on, undecoded, if it is an event for packed subscriptions only."""
        event = read_event(message)
        return event is not None and deliver(event, self._subscriptions)

    def ask(self) -> None:
        """Make the router say something: that there is no such subscription."""
        if self._transport is None:
            return
        request, answer = self._request_id_gen.next(), Deferred[Any]()
        answer.addErrback(lambda _: None)
        self._unsubscribe_reqs[request] = UnsubscribeRequest(request, answer, _NO_SUBSCRIPTION)
        self._transport.send(Unsubscribe(request, _NO_SUBSCRIPTION))

    @property
    def backlog_bytes(self) -> int:
        """How much was sent that the operating system has not taken yet."""
        return 0 if self._transport is None else self._transport.backlog_bytes


def _farewell(reason: str, message: str | None) -> str:
    if reason == CloseDetails.REASON_TRANSPORT_LOST:
        return "the router went away"
    return f"the router said {reason}" + (f": {message}" if message else "")
