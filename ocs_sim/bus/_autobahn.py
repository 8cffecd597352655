"""The names of autobahn that we use, loaded without what no client of ours needs.

autobahn's FlatBuffers serializer, which we never use, would load numpy into every agent, and its native
helpers for websockets would load a C compiler's parser: 15 MB for each process, measured.
Imported only once the reactor is installed (see `_loop`).
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from random import SystemRandom
from typing import Any


@contextmanager
def _without_numpy() -> Iterator[None]:
    """Hide numpy, unless it is loaded anyway, from a library that takes it when it is there."""
    if "numpy" in sys.modules:
        yield
        return
    find, this_thread = PathFinder.find_spec, threading.get_ident()

    def find_other(name: str, path: Any = None, target: Any = None) -> Any:
        # A program's other threads may want numpy at this very moment.
        hidden = name == "numpy" and threading.get_ident() == this_thread
        return None if hidden else find(name, path, target)

    PathFinder.find_spec = find_other  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        PathFinder.find_spec = find  # type: ignore[method-assign]


@contextmanager
def _without_native_helpers() -> Iterator[None]:
    """Tell autobahn, but none of the processes that this one starts, to do without its native helpers."""
    told = "AUTOBAHN_USE_NVX" in os.environ
    os.environ.setdefault("AUTOBAHN_USE_NVX", "0")
    try:
        yield
    finally:
        if not told:
            del os.environ["AUTOBAHN_USE_NVX"]


# It would say in every agent's log that we chose this.
logging.getLogger("autobahn").setLevel(logging.WARNING)
with _without_numpy(), _without_native_helpers():
    from autobahn.exception import PayloadExceededError
    from autobahn.twisted import rawsocket, websocket
    from autobahn.twisted.wamp import ApplicationSession
    from autobahn.wamp import serializer
    from autobahn.wamp.exception import ApplicationError, Error, SerializationError, TransportLost
    from autobahn.wamp.message import Event, Unsubscribe, check_or_raise_uri
    from autobahn.wamp.request import UnsubscribeRequest
    from autobahn.wamp.types import CloseDetails, ComponentConfig, SubscribeOptions
    from autobahn.websocket import protocol

# It would seed the program's own generator anew with each websocket, and draw masks from it.
protocol.random = SystemRandom()

__all__ = [
    "ApplicationError",
    "ApplicationSession",
    "CloseDetails",
    "ComponentConfig",
    "Error",
    "Event",
    "PayloadExceededError",
    "SerializationError",
    "SubscribeOptions",
    "TransportLost",
    "Unsubscribe",
    "UnsubscribeRequest",
    "check_or_raise_uri",
    "rawsocket",
    "serializer",
    "websocket",
]
