"""Asking an Alpaca server again and again, as fast as it answers, with little of a client in between."""

import asyncio
from dataclasses import dataclass

import psutil
import uvloop

from bench._tools import cpu_seconds, seconds

_HEAD = b"Host: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nConnection: keep-alive\r\n"
_WHO = b"ClientID=0&ClientTransactionID=55"


@dataclass(frozen=True)
class Served:
    """A server: where it is, and its process."""

    port: int
    process: psutil.Process

    def trial(self, request: bytes, times: int, connections: int) -> tuple[float, float]:
        """Ask so many times; return how long that took, and the server's CPU time, in seconds."""
        before = cpu_seconds(self.process)
        took = seconds(lambda: uvloop.run(_ask(self.port, request, times, connections)))
        return took, cpu_seconds(self.process) - before


def get(path: str) -> bytes:
    return b"GET /api/v1/%s?%s HTTP/1.1\r\n%s\r\n" % (path.encode(), _WHO, _HEAD)


def put(path: str, form: str) -> bytes:
    body = form.encode() + b"&" + _WHO
    kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(body)
    return b"PUT /api/v1/%s HTTP/1.1\r\n%s%s\r\n%s" % (path.encode(), _HEAD, kind, body)


async def _ask(port: int, request: bytes, times: int, connections: int) -> None:
    loop = asyncio.get_running_loop()
    waiting = []
    for _ in range(connections):
        done = loop.create_future()
        waiting.append(done)
        await loop.create_connection(
            lambda done=done: _Asking(request, times // connections, done), "127.0.0.1", port
        )
    await asyncio.gather(*waiting)


class _Asking(asyncio.Protocol):
    """One connection, one question at a time. Every answer is a small object of JSON."""

    def __init__(self, request: bytes, times: int, done: asyncio.Future) -> None:
        self.request, self.left, self.done = request, times, done

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if b"}" not in data:
            return
        if b'"ErrorNumber":0' not in data:
            self.done.set_exception(AssertionError(data))
            self.transport.abort()
            return
        self.left -= 1
        if self.left:
            self.transport.write(self.request)
        else:
            self.transport.close()
            self.done.set_result(None)

    def connection_lost(self, _) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the server hung up"))
