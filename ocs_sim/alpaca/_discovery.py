"""Discovery: clients ask the network by UDP and are told the port (API reference, "Discovery")."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from ocs_sim.alpaca._errors import DiscoveryTaken

DISCOVERY_PORT = 32227
_QUESTION = b"alpacadiscovery1"
_ANYWHERE = "0.0.0.0"  # noqa: S104 - broadcasts reach no other address


class Discovery(asyncio.DatagramProtocol):
    """Answers whoever asks which port Alpaca is served at, if they can reach it."""

    def __init__(self, alpaca_port: int, only_this_machine: bool) -> None:
        self._answer = b'{"AlpacaPort":%d}' % alpaca_port
        self._only_this_machine = only_this_machine
        self._transport: asyncio.DatagramTransport | None = None
        self.port = 0

    async def start(self, port: int) -> None:
        """Begin to listen; port 0 is any free one. Raises DiscoveryTaken."""
        found = _shared_socket(port)
        self.port = int(found.getsockname()[1])
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=found)

    def stop(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question; anything else is not for us."""
        if not data.startswith(_QUESTION) or self._transport is None:
            return
        if self._only_this_machine and not ipaddress.ip_address(addr[0]).is_loopback:
            return
        self._transport.sendto(self._answer, addr)

    def error_received(self, exc: Exception) -> None:
        """Let it be: who asked has gone."""


def _shared_socket(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        # Both, so that several servers on a machine are found.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        found.setblocking(False)  # noqa: FBT003 - sockets' own
        found.bind((_ANYWHERE, port))
    except OSError as error:
        found.close()
        raise DiscoveryTaken(port=port, reason=error.strerror or str(error)) from None
    return found
