"""Who is connected to a device: each client by its own ClientID."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

# The oldest are forgotten: a client that comes back after so many others has to connect again.
_MOST_CLIENTS = 1000
ANONYMOUS = 0


@dataclass
class _Connection:
    is_connected: bool
    changes_to: bool
    changes_at: float = 0.0


class Connections:
    """The clients of one device. Who never sends an ID (0) is connected from the start."""

    def __init__(self) -> None:
        self._clients: OrderedDict[int, _Connection] = OrderedDict()
        self._clients[ANONYMOUS] = _Connection(is_connected=True, changes_to=True)

    def is_connected(self, client: int) -> bool:
        """Tell whether a client is connected."""
        connection = self._clients.get(client)
        return connection is not None and self._settled(connection).is_connected

    def is_changing(self, client: int) -> bool:
        """Tell whether a client's Connect or Disconnect is still under way."""
        connection = self._clients.get(client)
        if connection is None:
            return False
        return self._settled(connection).is_connected != connection.changes_to

    def change(self, client: int, connect: bool, seconds: float = 0.0) -> None:
        """Connect or disconnect a client; this takes some seconds, or none when it is so already."""
        connection = self._clients.setdefault(client, _Connection(is_connected=False, changes_to=False))
        self._settled(connection)
        connection.changes_to = connect
        connection.changes_at = time.monotonic() + seconds
        if seconds <= 0:
            connection.is_connected = connect
        self._clients.move_to_end(client)
        self._forget()

    def connected(self) -> list[int]:
        """Return the IDs of the clients that are connected and have one."""
        found = (client for client, each in self._clients.items() if self._settled(each).is_connected)
        return sorted(client for client in found if client != ANONYMOUS)

    def _settled(self, connection: _Connection) -> _Connection:
        if connection.is_connected != connection.changes_to and time.monotonic() >= connection.changes_at:
            connection.is_connected = connection.changes_to
        return connection

    def _forget(self) -> None:
        while len(self._clients) > _MOST_CLIENTS:
            oldest = next(client for client in self._clients if client != ANONYMOUS)
            del self._clients[oldest]
