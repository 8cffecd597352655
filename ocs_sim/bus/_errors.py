"""What can go wrong between here and the other end of the bus.

BusError
├── NotConnected            nothing was sent
│   └── ConnectionLost      it was sent, and may have been carried out
├── RouterUnreachable       the router does not answer
├── BadAnswer               something answers, but not a router
├── NotSendable             the values do not fit the wire
├── CallTimedOut            no answer in time
├── CallFailed              the other end, or the router, says no
│   ├── NoSuchProcedure
│   └── CalleeGone          it was being carried out when its agent vanished
├── SubscriptionRefused
└── LoopUnavailable         this process cannot host the bus
"""

from __future__ import annotations

from typing import Any

from ocs_sim.errors import ObservatoryError


class BusError(ObservatoryError):
    """Something went wrong on the bus."""


class NotConnected(BusError, ConnectionError):
    """Not connected to the router, so {what} was not sent ({fault}). Is it running? `obsbow status` tells."""


class ConnectionLost(NotConnected):
    """The connection to the router was lost during {what}, which may have been carried out ({fault})."""


class RouterUnreachable(BusError, ConnectionError):
    """The router does not answer ({fault}). `obsbow up` starts it; `obsbow doctor` looks for causes."""


class BadAnswer(BusError):
    """What answers at {url} is no router's HTTP caller: {fault}. Check `hub: wamp_http` in the site file."""


class NotSendable(BusError, ValueError):
    """{what} cannot be sent: {fault}. Send numbers, strings, lists, dicts with string keys; at most 16 MB."""


class CallTimedOut(BusError, TimeoutError):
    """{uri} did not answer within {timeout_seconds:g} s; it may still be working on it."""


class CallFailed(BusError):
    """{uri} failed: {text} ({error})."""

    def __init__(self, *, uri: str, error: str, arguments: tuple[Any, ...] = ()) -> None:
        """Keep the WAMP error's URI and arguments, which the other end chose."""
        text = str(arguments[0]) if arguments else "no reason given"
        super().__init__(uri=uri, error=error, arguments=arguments, text=text)
        self.uri = uri
        self.error = error
        self.arguments = arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.uri, self.error, self.arguments))


class NoSuchProcedure(CallFailed):
    """Nobody answers {uri}: is its agent running? `obsbow scan` lists those that are."""


class CalleeGone(CallFailed):
    """The agent behind {uri} vanished while it worked on the call ({text})."""


class SubscriptionRefused(BusError):
    """The router refuses the subscription to {topic}: {fault}."""


class LoopUnavailable(BusError, RuntimeError):
    """The bus cannot run in this process: {fault}."""


_KINDS: dict[str, type[CallFailed]] = {
    "wamp.error.no_such_procedure": NoSuchProcedure,
    "wamp.error.canceled": CalleeGone,
    "wamp.error.no_eligible_callee": CalleeGone,
}


def call_failed(uri: str, error: str, arguments: tuple[Any, ...]) -> CallFailed:
    """Return the exception for a WAMP error."""
    return _KINDS.get(error, CallFailed)(uri=uri, error=error, arguments=arguments)


def _rebuild(kind: type[CallFailed], uri: str, error: str, arguments: tuple[Any, ...]) -> CallFailed:
    return kind(uri=uri, error=error, arguments=arguments)
