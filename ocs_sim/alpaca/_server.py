"""Serving devices over HTTP, on the loop that is there."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ocs_sim.alpaca._app import TRANSPORT, Application
from ocs_sim.alpaca._device import Device
from ocs_sim.alpaca._discovery import Discovery
from ocs_sim.alpaca._errors import AddressTaken, DiscoveryTaken
from ocs_sim.alpaca._management import ServerDescription
from ocs_sim.alpaca._panels import SetupPanel
from ocs_sim.alpaca._transport import HeldTransport

DEFAULT_PORT = 11111
_BACKLOG = 256
# Clients poll each second or two: their connections are better kept.
_KEEP_ALIVE_SECONDS = 75
_LONGEST_GOODBYE_SECONDS = 1
_LARGEST_HEAD_BYTES = 65536
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


class _Protocol(HttpToolsProtocol):
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(HeldTransport(transport))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]

    def data_received(self, data: bytes) -> None:
        # Some clients (Java's) offer HTTP/2 with every first request, which may be left unheeded (RFC 9110,
        # 7.8); the parser, though, would take the body of such a PUT for another protocol's.
        if b"pgrade:" in data or b"PGRADE:" in data:
            data = _UPGRADE.sub(b"\r\nIgnored:", data)
        super().data_received(data)
        # The request that comes has no answer in the making yet: its headers are not complete.
        if self.cycle is None or self.cycle.scope is not self.scope:
            self._head_bytes += len(data)
            if self._head_bytes > _LARGEST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The request's headers are too large.")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are for the program, of which this server is only a part.
        yield


class AlpacaServer:
    """Devices that are served from `start()` to `stop()`."""

    def __init__(
        self,
        devices: Sequence[Device],
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        discovery_port: int | None = None,
        description: str | ServerDescription = "A simulated observatory",
        panels: Sequence[SetupPanel] = (),
    ) -> None:
        """Make a server; port 0 is any free one, no discovery port means no discovery.

        Raises DevicesClash when two devices would have the same address.
        """
        self.host = host
        described = ServerDescription(description) if isinstance(description, str) else description
        self._devices = tuple(devices)
        self.asgi = Application(self._devices, described, panels)
        self._wanted_port = port
        self._discovery_port = discovery_port
        self._discovery: Discovery | None = None
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Return the port that is served, or the one that is asked for while nothing is."""
        return self._wanted_port if self._socket is None else int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        """Return `http://host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def discovery_port(self) -> int | None:
        """Return the UDP port at which discovery is answered, or None."""
        return self._discovery.port if self._discovery is not None else None

    async def start(self) -> None:
        """Begin to serve; returns when requests are answered. Raises AddressTaken or DiscoveryTaken."""
        self._socket = _listen(self.host, self._wanted_port)
        config = uvicorn.Config(
            self.asgi,
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            loop="none",
            log_config=None,
            # It has nothing to say: who sends nonsense is told so, and failures the application logs.
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_LONGEST_GOODBYE_SECONDS,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="alpaca server")
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.001)
        if self._serving.done():
            await self._serving
        await self._start_discovery()

    async def _start_discovery(self) -> None:
        if self._discovery_port is None:
            return
        discovery = Discovery(self.port, only_this_machine=_is_loopback(self.host))
        try:
            await discovery.start(self._discovery_port)
        except DiscoveryTaken:
            await self.stop()
            raise
        self._discovery = discovery

    async def stop(self) -> None:
        """Answer what is being answered, and end; does nothing when nothing is served."""
        if self._server is None or self._serving is None:
            return
        if self._discovery is not None:
            self._discovery.stop()
            self._discovery = None
        for device in self._devices:
            device.close()
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = self._socket = None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Its protocol is named: asyncio turns Nagle's algorithm, 40 ms an answer, off for no other sockets.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise AddressTaken(host=host, port=port, reason=error.strerror or str(error)) from None
    found.setblocking(False)  # noqa: FBT003 - sockets' own
    return found
