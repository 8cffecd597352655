"""What keeps a stalled client from filling the router's memory.

crossbar queues without limit for a client that takes nothing. So what a connection's transport does not
take at once waits in an outbox, which is bounded in bytes (OBSBOW_QUEUE_MB) and in time
(OBSBOW_STALL_SECONDS): the client whose outbox overflows, or that takes nothing for so long, is dropped. It
may come again and ask for what it missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .loading import when_loaded

if TYPE_CHECKING:
    from .outbox import Outbox


def install() -> None:
    """Guard the router's connections in this process, should it be a router."""
    when_loaded("crossbar.router.protocol", _guard_all)


def _guard_all(module: Any) -> None:
    guard(module.WampRawSocketServerProtocol)
    guard(module.WampWebSocketServerProtocol)


def guard(protocol_class: Any) -> None:
    """Give every connection of a Twisted protocol class an outbox."""
    connected = protocol_class.connectionMade

    def connection_made(self: Any) -> None:
        connected(self)
        transport = _socket_of(self.transport)
        if transport is None:
            self.log.warn("no limit guards the connection of {peer}", peer=getattr(self, "peer", None))
            return
        from twisted.internet import reactor

        from .outbox import Outbox

        outbox = Outbox(self, transport, reactor)
        if hasattr(self, "onAutoPingTimeout"):
            _be_patient(self, outbox)

    protocol_class.connectionMade = connection_made


def _socket_of(transport: Any) -> Any:
    """Return the transport that has the socket, None when it is of a kind that is not known here (TLS)."""
    from twisted.internet.tcp import Connection
    from twisted.protocols.policies import ProtocolWrapper

    while type(transport).__name__ == "_CountedConnection" and isinstance(transport, ProtocolWrapper):
        transport = transport.transport
    return transport if isinstance(transport, Connection) else None


def _be_patient(protocol: Any, outbox: Outbox) -> None:
    """Let a websocket that is slow, but takes something, answer its ping late: it stands in the queue."""
    timed_out = protocol.onAutoPingTimeout

    def ping_timed_out() -> None:
        if outbox.is_moving():
            timer = protocol.factory._batched_timer  # noqa: SLF001 -- it runs autobahn's own timeouts
            protocol.autoPingTimeoutCall = timer.call_later(protocol.autoPingTimeout, ping_timed_out)
        else:
            timed_out()

    protocol.onAutoPingTimeout = ping_timed_out
    # It would take the outbox away before the connection is closed, and what waits in it with it.
    protocol.unregisterProducer = lambda: None
