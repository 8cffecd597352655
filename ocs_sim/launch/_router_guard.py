"""What keeps a stalled client from filling the router's memory; a part of the router's private environment.

crossbar queues without limit for a client that takes nothing. A websocket that stalls fails its ping; a
rawsocket has no ping, and on a unix socket the kernel has no time limit either. So the router itself watches
those whose queue does not drain, and drops them when they take nothing for OBSBOW_STALL_SECONDS.
This file uses the standard library and what crossbar imports, and knows nothing of ocs_sim.
"""

from __future__ import annotations

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

STALL_SECONDS = float(os.environ.get("OBSBOW_STALL_SECONDS", "15"))
_GUARDED = "crossbar.router.protocol"


class StallGuard:
    """Watches one connection; Twisted tells it when the queue gets long and when it is empty again."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._timer: Any = None
        self._transport.registerProducer(self, streaming=True)

    def pauseProducing(self) -> None:  # noqa: N802 -- Twisted's name
        """Begin to watch: the queue is long. Twisted says so again with everything that is added to it."""
        if self._timer is not None:
            return
        write = type(self._transport).writeSomeData

        def watched(data: bytes) -> Any:
            taken = write(self._transport, data)
            if isinstance(taken, int) and taken > 0:
                self._wait()
            return taken

        self._transport.writeSomeData = watched
        self._wait()

    def resumeProducing(self) -> None:  # noqa: N802 -- Twisted's name
        """Stop watching: the client has taken all."""
        self.stopProducing()
        self._transport.__dict__.pop("writeSomeData", None)
        if self._transport.disconnecting:
            # Twisted waits for the producer before it closes.
            self._transport.unregisterProducer()

    def stopProducing(self) -> None:  # noqa: N802 -- Twisted's name
        """Forget the connection, which is closed."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None

    def _wait(self) -> None:
        from twisted.internet import reactor

        clock: Any = reactor
        self.stopProducing()
        self._timer = clock.callLater(STALL_SECONDS, self._drop)

    def _drop(self) -> None:
        self._protocol.log.warn("dropping a client that took nothing for {seconds} s", seconds=STALL_SECONDS)
        self._transport.abortConnection()


def guard(protocol_class: Any) -> None:
    """Have every connection of a Twisted protocol class watched."""
    connected = protocol_class.connectionMade

    def connection_made(self: Any) -> None:
        connected(self)
        StallGuard(self)

    protocol_class.connectionMade = connection_made


class _GuardingLoader(Loader):
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        guard(module.WampRawSocketServerProtocol)


class _GuardingFinder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any = None, *_: Any) -> ModuleSpec | None:
        """Find crossbar's protocols as ever, and guard them once they are loaded."""
        spec = PathFinder.find_spec(fullname, path) if fullname == _GUARDED else None
        if spec is not None:
            spec.loader = _GuardingLoader(spec.loader)
        return spec


def install() -> None:
    """Guard the router's rawsockets in this process, should it be a router."""
    # Python may read a .pth file twice: lib64 is a second name of lib.
    if not any(type(finder).__name__ == _GuardingFinder.__name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, _GuardingFinder())
