"""Making crossbar route telemetry with less work; OBSBOW_ROUTER_PLAIN=1 leaves it as it is.

crossbar is pinned to one version, but should any name that this needs be missing, crossbar stays as it is and
its log says so, once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from .loading import when_loaded

_NEEDED = {
    "autobahn.exception": ("PayloadExceededError",),
    "autobahn.util": ("id",),
    "autobahn.wamp.message": ("Event", "_URI_PAT_LOOSE_NON_EMPTY", "_URI_PAT_STRICT_NON_EMPTY"),
    "autobahn.wamp.serializer": ("MsgPackObjectSerializer", "MsgPackSerializer"),
    "crossbar.router.broker": ("Broker.processPublish",),
    "crossbar.router.observation": (
        "UriObservationMap.create_observation",
        "UriObservationMap.delete_observation",
        "UriObservationMap.match_observations",
    ),
    "crossbar.router.protocol": (
        "WampRawSocketServerProtocol.stringReceived",
        "WampWebSocketServerProtocol.onMessage",
        "WampWebSocketServerProtocol.sendMessage",
    ),
    "crossbar.router.router": ("Router.send", "Router.process"),
    "crossbar.router.session": ("RouterSession",),
}
_COLOURS = ("hl", "hlflag", "hlid", "hltype", "hlval", "hluserid", "hlfixme", "hlcontract")

Received = Callable[..., None]

_verdicts: list[bool] = []


def install() -> None:
    """Have crossbar route quickly in this process, should it be a router."""
    if os.environ.get("OBSBOW_ROUTER_PLAIN", "0") not in ("", "0"):
        return
    when_loaded("crossbar._util", _without_colours)
    when_loaded("autobahn.util", _without_colours)
    when_loaded("crossbar.router.router", _without_layout)
    when_loaded("crossbar.router.protocol", _with_short_way)


def _without_colours(module: Any) -> None:
    """Have names in log lines as they are: crossbar colours them before it knows whether anybody looks."""
    for name in _COLOURS:
        if hasattr(module, name):
            setattr(module, name, _named if name == "hltype" else _as_it_is)


def _without_layout(module: Any) -> None:
    """Have values in log lines as they are, too."""
    if hasattr(module, "pformat"):
        module.pformat = _as_it_is


def _as_it_is(value: Any, *_: Any, **__: Any) -> str:
    return f"{value}"


def _named(value: Any, *_: Any, **__: Any) -> str:
    return f"<{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', 'unknown')}>"


def _with_short_way(module: Any) -> None:
    _shorten(module, "WampRawSocketServerProtocol", "stringReceived")
    _shorten(module, "WampWebSocketServerProtocol", "onMessage")


def _shorten(module: Any, class_name: str, name: str) -> None:
    """Look at what a connection receives before crossbar does."""
    protocol_class = getattr(module, class_name, None)
    usual = getattr(protocol_class, name, None)
    if usual is None:
        return

    def first(self: Any, data: bytes, *is_binary: bool) -> None:
        # Only now is all of crossbar loaded.
        setattr(protocol_class, name, _short(usual) if _is_possible(self.log) else usual)
        usual(self, data, *is_binary)

    setattr(protocol_class, name, first)


def _short(usual: Received) -> Received:
    from .routing import dispatch, ordinary

    def received(self: Any, data: bytes, *is_binary: bool) -> None:
        publication = ordinary(self, data) if is_binary != (False,) else None
        if publication is None:
            usual(self, data, *is_binary)
        else:
            try:
                dispatch(publication)
            except Exception:
                self.log.failure("could not route a publication")

    return received


def _is_possible(log: Any) -> bool:
    """Return whether crossbar has all that is needed; it tells once, for whatever kind of connection."""
    if not _verdicts:
        missing = list(_missing())
        _verdicts.append(not missing)
        if missing:
            log.warn("crossbar routes as it always did, for it has no {missing}", missing=", ".join(missing))
        else:
            from .routes import watch_changes

            watch_changes()
    return _verdicts[0]


def _missing() -> Iterator[str]:
    for module_name, names in _NEEDED.items():
        for name in names:
            try:
                found: Any = import_module(module_name)
                for part in name.split("."):
                    found = getattr(found, part)
            except (ImportError, AttributeError):
                yield f"{module_name}.{name}"
