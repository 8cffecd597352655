"""A line to a server that can be cut, as when somebody pulls the cable, and mended."""

import asyncio
import threading
from contextlib import contextmanager


class CutLine:
    """Passes on what comes at `port` to a server, and back, until it is cut."""

    def __init__(self, server_port):
        self._server_port = server_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line")
        self._listener = None
        self._ends = set()
        self.port = 0

    def __enter__(self):
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_):
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def mend(self):
        self._run(self._listen())

    def cut(self):
        """Break every connection, and take no more."""
        self._run(self._stop())

    def _run(self, work):
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self):
        self._listener = await self._loop.create_server(lambda: _End(self), "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _stop(self):
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for end in self._ends.copy():
            end.abort()
        while self._ends:
            await asyncio.sleep(0)

    async def dial(self, end):
        try:
            await self._loop.create_connection(lambda: _End(self, end), "127.0.0.1", self._server_port)
        except OSError:
            end.abort()

    def begun(self, end):
        self._ends.add(end)

    def over(self, end):
        self._ends.discard(end)


class _End(asyncio.Protocol):
    """One of the two ends of a connection through the line."""

    def __init__(self, line, other=None):
        self._line, self._other, self._early = line, other, []
        self._transport = None

    def connection_made(self, transport):
        self._transport = transport
        self._line.begun(self)
        if self._other is None:
            self._dialing = asyncio.ensure_future(self._line.dial(self))
        else:
            self._other.joined(self)

    def joined(self, other):
        self._other = other
        for data in self._early:
            other.send(data)

    def data_received(self, data):
        if self._other is None:
            self._early.append(data)
        else:
            self._other.send(data)

    def send(self, data):
        self._transport.write(data)

    def abort(self):
        self._transport.abort()

    def connection_lost(self, _):
        self._line.over(self)
        if self._other is not None:
            self._other.abort()


@contextmanager
def cut_line(server_port):
    with CutLine(server_port) as line:
        yield line
