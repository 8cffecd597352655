"""How a link reaches the router: rawsocket with msgpack, or websocket.

Imported only once the reactor is installed (see `_loop`).
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

import msgpack
import txaio
from twisted.internet.protocol import ClientFactory
from twisted.python.failure import Failure

from ocs_sim.bus._autobahn import PayloadExceededError, SerializationError, rawsocket, serializer, websocket
from ocs_sim.bus._endpoints import Endpoint, EndpointKind
from ocs_sim.bus._errors import NotConnected, RouterUnreachable
from ocs_sim.bus._loop import installed_reactor
from ocs_sim.bus._packed import TOLERANT
from ocs_sim.bus._wamp import WampLink

_JOIN_SECONDS = 10.0
_PING_SECONDS = 5.0
# Big enough for the random part that autobahn and crossbar put into a ping.
_PING_BYTES = 12
_LENGTH = struct.Struct("!I")
_SILENT = txaio.make_logger(level="none")


async def open_link(endpoint: Endpoint, realm: str) -> WampLink:
    """Return a joined session; raise RouterUnreachable, leaving nothing behind, when there is none."""
    link = WampLink(asyncio.get_running_loop(), realm)
    try:
        async with asyncio.timeout(_JOIN_SECONDS):
            await _connect(endpoint, link)
            await link.opened
    except TimeoutError:
        await link.cut()
        raise RouterUnreachable(url=endpoint.url, fault=f"no welcome within {_JOIN_SECONDS:g} s") from None
    except (NotConnected, OSError) as error:
        await link.cut()
        fault = error.facts["fault"] if isinstance(error, NotConnected) else error
        raise RouterUnreachable(url=endpoint.url, fault=fault) from None
    except asyncio.CancelledError:
        await link.cut()
        raise
    return link


async def _connect(endpoint: Endpoint, link: WampLink) -> None:
    """Start a connection; `link.opened` tells how it went."""
    reactor = installed_reactor()
    if endpoint.kind is EndpointKind.UNIX:
        _watch(reactor.connectUNIX(str(endpoint.path), RawFactory(link), timeout=_JOIN_SECONDS), link)
        return
    host, port = endpoint.address
    # uvloop's resolver needs no thread, Twisted's does.
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # `localhost` often means ::1 first, where a router that was told 127.0.0.1 does not listen.
    address = sorted(found, key=lambda entry: entry[0] is not socket.AF_INET)[0][4][0]
    factory = RawFactory(link) if endpoint.kind is EndpointKind.TCP else web_factory(endpoint.url, link)
    _watch(reactor.connectTCP(address, port, factory, timeout=_JOIN_SECONDS), link)


def _watch(connector: Any, link: WampLink) -> None:
    def abort() -> None:
        if hasattr(connector.transport, "abortConnection"):
            connector.transport.abortConnection()
        else:
            connector.disconnect()

    if not link.ended.done():
        link.abort = abort


class _Watched:
    """Tells the link when the transport is gone, however far it came."""

    log = _SILENT
    factory: Any
    transport: Any

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Notice a peer that vanished without a word, as a machine that loses power does."""
        if self.transport.getHandle().family in (socket.AF_INET, socket.AF_INET6):
            self.transport.setTcpNoDelay(True)
            self.transport.setTcpKeepAlive(True)
        super().connectionMade()  # type: ignore[misc]  # mixed into protocols

    @property
    def backlog_bytes(self) -> int:
        """How much was written that the operating system has not taken yet."""
        stream = self.transport
        # Twisted tells no other way. What is waiting is either joined already or not.
        waiting: int = stream._tempDataLen + len(stream.dataBuffer) - stream.offset  # noqa: SLF001
        return waiting

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """Pass the end on, after autobahn has failed what was in flight."""
        super().connectionLost(reason)  # type: ignore[misc]  # mixed into protocols
        # A websocket knows more than its socket does, such as that the handshake was refused.
        known = getattr(self, "wasNotCleanReason", None)
        self.factory.link.transport_closed(known or reason.getErrorMessage())


class _Dialling:
    """Tells the link when no connection came to be."""

    log = _SILENT
    noisy = False
    link: WampLink

    def clientConnectionFailed(self, _connector: Any, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """Pass the failure on."""
        self.link.transport_closed(reason.getErrorMessage())


class RawProtocol(_Watched, rawsocket.WampRawSocketClientProtocol):  # type: ignore[misc]  # untyped
    """WAMP in length-prefixed frames."""

    splices = True

    def stringReceived(self, payload: bytes) -> None:  # noqa: N802 - autobahn's name
        """Take packed events out of what autobahn would decode."""
        if self._session is None or not self._session.take_event(payload):
            super().stringReceived(payload)

    def check_size(self, size_bytes: int) -> None:
        """Raise if the router does not take messages of this size."""
        if 0 < self._max_len_send < size_bytes:
            raise PayloadExceededError(f"{size_bytes} bytes, and the router takes {self._max_len_send}")

    def send_spliced(self, head: bytes, packed: bytes) -> None:
        """Send a message in two pieces."""
        self.transport.writeSequence((_LENGTH.pack(len(head) + len(packed)) + head, packed))


class WebProtocol(_Watched, websocket.WampWebSocketClientProtocol):  # type: ignore[misc]  # untyped
    """WAMP in websocket messages."""

    @property
    def splices(self) -> bool:
        """Whether the router chose msgpack."""
        return isinstance(self._serializer, TolerantMsgPack)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803 - autobahn's
        """Take packed events out of what autobahn would decode."""
        if self._session is None or not self.splices or not self._session.take_event(payload):
            super().onMessage(payload, isBinary)

    def check_size(self, size_bytes: int) -> None:
        """Raise if messages of this size may not be sent."""
        if 0 < self.maxMessagePayloadSize < size_bytes:
            raise PayloadExceededError(f"{size_bytes} bytes, and {self.maxMessagePayloadSize} may be sent")

    def send_spliced(self, head: bytes, packed: bytes) -> None:
        """Send a message that was made in two pieces."""
        self.sendMessage(head + packed, isBinary=True)


class RawFactory(_Dialling, rawsocket.WampRawSocketClientFactory, ClientFactory):  # type: ignore[misc]  # untyped
    """Makes the one rawsocket connection of a link."""

    protocol = RawProtocol

    def __init__(self, link: WampLink) -> None:
        super().__init__(lambda: link.session, serializer=TolerantMsgPack())
        self.link = link


class WebFactory(_Dialling, websocket.WampWebSocketClientFactory):  # type: ignore[misc]  # untyped
    """Makes the one websocket connection of a link."""

    protocol = WebProtocol


def web_factory(url: str, link: WampLink) -> WebFactory:
    """Return a factory that pings the router, so that one that hangs is noticed."""
    # Whichever of these a router was configured with; the first that it knows is taken.
    offers = [TolerantMsgPack(), serializer.CBORSerializer(), serializer.JsonSerializer()]
    factory = WebFactory(lambda: link.session, url, serializers=offers)
    factory.link = link
    factory.setProtocolOptions(
        openHandshakeTimeout=_JOIN_SECONDS,
        closeHandshakeTimeout=1.0,
        autoPingInterval=_PING_SECONDS,
        autoPingTimeout=_PING_SECONDS,
        autoPingSize=_PING_BYTES,
    )
    return factory


class _TolerantObjects(serializer.MsgPackObjectSerializer):  # type: ignore[misc]  # autobahn is not typed
    """One odd message must neither cost the connection nor leave a caller without an answer."""

    def serialize(self, obj: Any) -> bytes:
        """Fail as autobahn's sessions expect; what msgpack raises would leave a callee's caller waiting."""
        try:
            packed: bytes = msgpack.packb(obj, use_bin_type=True)
        except Exception as error:
            raise SerializationError(str(error)) from error
        return packed

    def unserialize(self, payload: bytes) -> list[Any]:
        """Decode whatever a router passes on."""
        return [msgpack.unpackb(payload, **TOLERANT)]


class TolerantMsgPack(serializer.MsgPackSerializer):  # type: ignore[misc]  # autobahn is not typed
    """WAMP in msgpack."""

    def __init__(self) -> None:
        serializer.Serializer.__init__(self, _TolerantObjects())
