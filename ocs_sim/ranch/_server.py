"""Serving the application over HTTP, on the loop that is there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from ocs_sim.ranch._errors import RanchAddressTaken
from ocs_sim.ranch._protocols import HttpProtocol, WebSocketProtocol

DEFAULT_PORT = 8010
_BACKLOG = 256
_KEEP_ALIVE_SECONDS = 75
_TICK_SECONDS = 1.0
_LONGEST_GOODBYE_SECONDS = 2
_LONGEST_WEBSOCKET_MESSAGE_BYTES = 64 * 1024


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.asked_to_end = asyncio.Event()

    async def main_loop(self) -> None:
        # uvicorn's own looks ten times a second whether it is to end; the date in answers needs one look.
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self.asked_to_end.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are for the program, of which this server is only a part.
        yield


class RanchServer:
    """An application that is served from `start()` to `stop()`."""

    def __init__(self, app: FastAPI, host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> None:
        """Make a server; port 0 is any free one."""
        self.host = host
        self._app = app
        self._wanted_port = port
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

    async def start(self) -> None:
        """Begin to serve; returns when requests are answered. Raises RanchAddressTaken."""
        self._socket = _listen(self.host, self._wanted_port)
        config = uvicorn.Config(
            self._app,
            http=HttpProtocol,
            # uvicorn's usual implementation of websockets warns that it is deprecated.
            ws=WebSocketProtocol,
            ws_max_size=_LONGEST_WEBSOCKET_MESSAGE_BYTES,
            lifespan="on",
            interface="asgi3",
            loop="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_LONGEST_GOODBYE_SECONDS,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="ranch server")
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.001)
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """Answer what is being answered, and end; does nothing when nothing is served."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        self._server.asked_to_end.set()
        await self._serving
        self._server = self._serving = self._socket = None


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
        raise RanchAddressTaken(host=host, port=port, reason=error.strerror or str(error)) from None
    found.setblocking(False)  # noqa: FBT003 - sockets' own
    return found
