"""A link made of autobahn: its session, its errors and its Deferreds, none of which leave this module.

Imported only once the reactor is installed (see `_loop`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ocs_sim.bus._autobahn import (
    ApplicationError,
    Error,
    PayloadExceededError,
    SerializationError,
    SubscribeOptions,
    TransportLost,
)
from ocs_sim.bus._errors import BusError, CallFailed, ConnectionLost, NotConnected, NotSendable, call_failed
from ocs_sim.bus._link import Handler, Match
from ocs_sim.bus._packed import PackedListener
from ocs_sim.bus._session import Session
from ocs_sim.errors import ObservatoryError

_log = logging.getLogger(__name__)
_GOODBYE_SECONDS = 1.0
_DETAILS = "_event_details"
_RUNTIME_ERROR = "wamp.error.runtime_error"


class WampLink:
    """One session with a router."""

    def __init__(self, loop: asyncio.AbstractEventLoop, realm: str) -> None:
        self._loop = loop
        self.session = Session(self, realm)
        self.opened: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.abort: Callable[[], object] = lambda: None
        self._reason: str | None = None

    def joined(self) -> None:
        """Note that the router welcomed us."""
        if not self.opened.done():
            self.opened.set_result(None)

    def left(self, reason: str) -> None:
        """Note that the session is over, whatever becomes of the transport."""
        self._reason = self._reason or reason
        if not self.opened.done():
            self.opened.set_exception(NotConnected(what="hello", fault=self._reason))
        if not self.lost.done():
            self.lost.set_result(self._reason)

    def transport_closed(self, reason: str) -> None:
        """Note that the transport is gone, or never came to be."""
        self.left(reason)
        if not self.ended.done():
            self.ended.set_result(None)

    def call(self, uri: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> asyncio.Future[Any]:
        """Send a call."""
        return self._request(uri, partial(self.session.call, uri, *args, **kwargs))

    def publish(self, topic: str, args: tuple[Any, ...]) -> None:
        """Send a publication that nobody acknowledges."""
        try:
            self.session.publish(topic, *args)
        except Exception as error:
            raise _translated(topic, error, sent=False) from error

    def publish_packed(self, topic: str, packed: bytes) -> None:
        """Send a publication whose one positional argument is given as msgpack."""
        try:
            self.session.publish_packed(topic, packed)
        except Exception as error:
            raise _translated(topic, error, sent=False) from error

    @property
    def backlog_bytes(self) -> int:
        """How much was sent that the operating system has not taken yet."""
        return self.session.backlog_bytes

    def register(self, uri: str, handler: Handler) -> asyncio.Future[Any]:
        """Offer a procedure."""
        return self._request(uri, partial(self.session.register, self._endpoint(uri, handler), uri))

    def subscribe(self, topic: str, handler: Handler, match: Match) -> asyncio.Future[Any]:
        """Listen to a topic."""
        return self._subscribe(topic, _listener(handler), match)

    def subscribe_packed(self, topic: str, handler: Handler, match: Match) -> asyncio.Future[Any]:
        """Listen to a topic; the handler gets the topic and the one positional argument as msgpack."""
        return self._subscribe(topic, PackedListener(handler, _DETAILS), match)

    def _subscribe(self, topic: str, listener: Handler, match: Match) -> asyncio.Future[Any]:
        options = SubscribeOptions(match=match, details_arg=_DETAILS)
        return self._request(topic, partial(self.session.subscribe, listener, topic, options))

    def unsubscribe(self, token: Any) -> asyncio.Future[Any]:
        """Stop listening."""
        return self._request(token.topic, token.unsubscribe)

    async def close(self) -> None:
        """Say goodbye, wait a moment for the answer, and end the transport."""
        if not self.lost.done():
            self._reason = "this side said goodbye"
            self.session.leave()
            await asyncio.wait([self.ended], timeout=_GOODBYE_SECONDS)
        await self.cut()

    async def cut(self) -> None:
        """End the transport at once."""
        if not self.ended.done():
            self.abort()
            await asyncio.wait([self.ended], timeout=_GOODBYE_SECONDS)
        self.opened.cancel()

    def _request(self, what: str, send: Callable[[], Deferred[Any]]) -> asyncio.Future[Any]:
        """Send a request; its answer, or its failure in our own words, is the future's."""
        future: asyncio.Future[Any] = self._loop.create_future()
        try:
            deferred = send()
        except Exception as error:
            raise _translated(what, error, sent=False) from error

        def answered(result: Any) -> None:
            if not future.done():
                future.set_result(result)

        def failed(failure: Failure) -> None:
            if not future.done():
                future.set_exception(_translated(what, failure.value, sent=True, reason=self._reason))

        def cancelled(_: asyncio.Future[Any]) -> None:
            if future.cancelled() and not deferred.called and not self.lost.done():
                deferred.cancel()

        deferred.addCallbacks(answered, failed)
        future.add_done_callback(cancelled)
        return future

    def _endpoint(self, uri: str, handler: Handler) -> Handler:
        """Return the handler as autobahn wants it: Deferreds out, application errors raised."""

        def invoke(*args: Any, **kwargs: Any) -> Any:
            try:
                result = handler(*args, **kwargs)
            except Exception as error:
                raise _refusal(uri, error) from error
            if isinstance(result, asyncio.Future):
                result = Deferred.fromFuture(result)
            if isinstance(result, Deferred):
                return result.addErrback(partial(self._refuse, uri))
            return result

        return invoke

    def _refuse(self, uri: str, failure: Failure) -> None:
        error = _refusal(uri, failure.value)
        # Once the session is lost nobody waits, and autobahn would write to a transport that is gone.
        if not self.lost.done():
            raise error


def _listener(handler: Handler) -> Handler:
    def deliver(*args: Any, **kwargs: Any) -> None:
        details = kwargs.pop(_DETAILS)
        handler(details.topic, *args, **kwargs)

    return deliver


def _translated(what: str, error: BaseException | None, *, sent: bool, reason: str | None = None) -> BusError:
    if sent and isinstance(error, SerializationError):
        # autobahn gives the error of the other end this form.
        return call_failed(what, ApplicationError.INVALID_PAYLOAD, tuple(error.args))
    if isinstance(error, SerializationError | PayloadExceededError):
        return NotSendable(what=what, fault=_last_line(error))
    if isinstance(error, TransportLost) or (isinstance(error, ApplicationError) and _is_farewell(error)):
        kind = ConnectionLost if sent else NotConnected
        return kind(what=what, fault=reason or "the transport is gone")
    if isinstance(error, ApplicationError):
        return call_failed(what, str(error.error), tuple(error.args))
    if isinstance(error, Error | TypeError | AssertionError):
        return NotSendable(what=what, fault=_last_line(error))
    return CallFailed(uri=what, error=_RUNTIME_ERROR, arguments=(str(error),))


def _is_farewell(error: ApplicationError) -> bool:
    return str(error.error).startswith("wamp.close.") or error.error in (
        "wamp.error.system_shutdown",
        "wamp.error.close_realm",
        "wamp.error.goodbye_and_out",
    )


def _last_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__


def _refusal(uri: str, error: BaseException | None) -> ApplicationError:
    """Return what the caller of a procedure that raised `error` gets, and log it on this side."""
    if isinstance(error, CallFailed):
        return ApplicationError(error.error, *error.arguments)
    if isinstance(error, asyncio.CancelledError):
        return ApplicationError(ApplicationError.CANCELED, "the call was cancelled")
    if isinstance(error, ObservatoryError):
        _log.info("%s refused a call: %s", uri, error)
    else:
        _log.warning("%s raised an error", uri, exc_info=error)
    return ApplicationError(_RUNTIME_ERROR, str(error) or type(error).__name__)
