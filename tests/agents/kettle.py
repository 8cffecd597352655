"""A device to poke: it answers over real HTTP, can be stopped, restarted elsewhere, and told to misbehave."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager

from ocs_sim.alpaca import AlpacaServer, Device, InvalidOperation, Trouble, get, put


class Kettle(Device):
    """Called a switch, as clients know no kettles: its heat is `MaxSwitch`."""

    device_type = "Switch"
    interface_version = 3
    connect_seconds = 0.0

    def __init__(self):
        super().__init__(0, "kettle")
        self.heat = 20
        self.asked = 0
        self.cancelled = 0
        self.fault = None
        self.next_trouble = []

    def trouble(self):
        return self.next_trouble.pop(0) if self.next_trouble else None

    @get
    def MaxSwitch(self) -> int:  # noqa: N802
        self.asked += 1
        if self.fault:
            raise self.fault
        return self.heat

    @put
    def SetAsync(self, Id: int, State: bool) -> None:  # noqa: N802, N803
        if Id != 0:
            raise InvalidOperation("There is one ring only.")
        self.heat = 21

    @put
    def CancelAsync(self, Id: int) -> None:  # noqa: N802, N803
        self.cancelled += 1


DROPPED = Trouble(drop_connection=True)


class ServerThread:
    """A server in a loop of its own, which can stop and start again at the same port."""

    def __init__(self, *devices):
        self.devices = devices
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="server of a test")
        self.port = 0
        self._server = None

    def start(self):
        self._server = AlpacaServer(self.devices, port=self.port)
        self.run(self._server.start())
        self.port = self._server.port

    def stop(self):
        if self._server is not None:
            self.run(self._server.stop())
            self._server = None

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20.0)


@contextmanager
def served(*devices):
    server = ServerThread(*devices)
    server.thread.start()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.loop.call_soon_threadsafe(server.loop.stop)
        server.thread.join(20.0)
        server.loop.close()


@contextmanager
def deaf_port():
    """A port whose server takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
