"""The wire protocols of a link: rawsocket with msgpack, and websocket.

Imported only once the reactor is installed (see `_loop`).
"""

from __future__ import annotations

import socket
from typing import Any

import txaio
from twisted.internet.protocol import ClientFactory
from twisted.python.failure import Failure

from ocs_sim.bus._autobahn import PayloadExceededError, rawsocket, serializer, websocket
from ocs_sim.bus._frames import Frames, frame_head
from ocs_sim.bus._masking import masked_frame
from ocs_sim.bus._pulse import Pulse
from ocs_sim.bus._serializers import TolerantMsgPack
from ocs_sim.bus._wamp import WampLink

JOIN_SECONDS = 10.0
# What a rawsocket frame can hold.
_LONGEST_BYTES = 2**24
# Big enough for the random part that autobahn and crossbar put into a ping.
_PING_BYTES = 12
_SILENT = txaio.make_logger(level="none")


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

    def session_joined(self) -> None:
        """Begin what a session needs."""

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

    def __init__(self) -> None:
        super().__init__()
        self._frames = Frames()
        self._pulse: Pulse | None = None

    def session_joined(self) -> None:
        """Begin to look whether the router still answers; websockets do so by themselves."""
        # autobahn's and crossbar's rawsockets know no ping: they take it for a long message's length.
        self._pulse = Pulse(self._session.ask, self._give_up, self.factory.ping_seconds)

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        """Stop looking."""
        if self._pulse is not None:
            self._pulse.stop()
        super().connectionLost(reason)

    def _give_up(self) -> None:
        self.factory.link.left("the router does not answer")
        self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Cut what comes into frames; Twisted's way copies a large one again with each piece of it."""
        if self._pulse is not None:
            self._pulse.heard()
        if not self._handshake_complete:
            super().dataReceived(data)
            return
        for frame in self._frames.split(data, self.MAX_LENGTH):
            self.stringReceived(frame)

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
        self.transport.writeSequence((frame_head(len(head) + len(packed), head), packed))


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
        """Raise if a router that takes this could not pass it on over rawsockets."""
        if size_bytes > _LONGEST_BYTES:
            raise PayloadExceededError(f"{size_bytes} bytes, and a router takes {_LONGEST_BYTES}")

    def sendMessage(self, payload: bytes, isBinary: bool = False, **options: Any) -> None:  # noqa: N802, N803
        """Send a message; what is not a plain one goes autobahn's way."""
        self.check_size(len(payload))
        if options or self.state != self.STATE_OPEN or self._perMessageCompress is not None:
            super().sendMessage(payload, isBinary, **options)
        else:
            self.sendData(masked_frame(payload, binary=isBinary))

    def send_spliced(self, head: bytes, packed: bytes) -> None:
        """Send a message that was made in two pieces."""
        self.sendMessage(head + packed, isBinary=True)


class RawFactory(_Dialling, rawsocket.WampRawSocketClientFactory, ClientFactory):  # type: ignore[misc]  # untyped
    """Makes the one rawsocket connection of a link."""

    protocol = RawProtocol

    def __init__(self, link: WampLink, ping_seconds: float) -> None:
        super().__init__(lambda: link.session, serializer=TolerantMsgPack())
        self.link, self.ping_seconds = link, ping_seconds


class WebFactory(_Dialling, websocket.WampWebSocketClientFactory):  # type: ignore[misc]  # untyped
    """Makes the one websocket connection of a link."""

    protocol = WebProtocol


def web_factory(url: str, link: WampLink, ping_seconds: float) -> WebFactory:
    """Return a factory that pings the router, so that one that hangs is noticed."""
    # Whichever of these a router was configured with; the first that it knows is taken.
    offers = [TolerantMsgPack(), serializer.CBORSerializer(), serializer.JsonSerializer()]
    factory = WebFactory(lambda: link.session, url, serializers=offers)
    factory.link = link
    factory.setProtocolOptions(
        openHandshakeTimeout=JOIN_SECONDS,
        closeHandshakeTimeout=1.0,
        autoPingInterval=ping_seconds,
        autoPingTimeout=ping_seconds,
        autoPingSize=_PING_BYTES,
    )
    return factory
