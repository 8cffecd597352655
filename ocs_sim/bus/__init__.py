"""The WAMP bus: one loop per process, connections that come back, and calls over HTTP.

autobahn and Twisted live in this package and nowhere else. Names are imported at first use, so that
a program which only calls over HTTP does not pay for asyncio, let alone autobahn.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

from ocs_sim.bus._errors import (
    BadAnswer,
    BusError,
    CalleeGone,
    CallFailed,
    CallTimedOut,
    ConnectionLost,
    LoopUnavailable,
    NoSuchProcedure,
    NotConnected,
    NotSendable,
    RouterUnreachable,
    SubscriptionRefused,
)

if TYPE_CHECKING:
    from ocs_sim.bus._connection import Connection, Counters, State
    from ocs_sim.bus._endpoints import Endpoint, EndpointKind, endpoints
    from ocs_sim.bus._http import HttpCaller
    from ocs_sim.bus._link import Connector, Link, Match
    from ocs_sim.bus._loop import background_loop, prepare, run
    from ocs_sim.bus._wishes import Subscription

__all__ = [
    "BadAnswer",
    "BusError",
    "CallFailed",
    "CallTimedOut",
    "CalleeGone",
    "Connection",
    "ConnectionLost",
    "Connector",
    "Counters",
    "Endpoint",
    "EndpointKind",
    "HttpCaller",
    "Link",
    "LoopUnavailable",
    "Match",
    "NoSuchProcedure",
    "NotConnected",
    "NotSendable",
    "RouterUnreachable",
    "State",
    "Subscription",
    "SubscriptionRefused",
    "background_loop",
    "endpoints",
    "prepare",
    "run",
]

_HOMES = {
    "Connection": "_connection",
    "Connector": "_link",
    "Counters": "_connection",
    "Endpoint": "_endpoints",
    "EndpointKind": "_endpoints",
    "HttpCaller": "_http",
    "Link": "_link",
    "Match": "_link",
    "State": "_connection",
    "Subscription": "_wishes",
    "background_loop": "_loop",
    "endpoints": "_endpoints",
    "prepare": "_loop",
    "run": "_loop",
}

# A program that has not set up logging must not get our warnings on stderr.
logging.getLogger("ocs_sim").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
