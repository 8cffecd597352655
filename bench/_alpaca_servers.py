"""The servers that are compared: ours, bare ones that answer the same bytes, and one that others wrote."""

import asyncio
import importlib.util
import multiprocessing
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil
import uvicorn
import uvloop

from bench._alpaca_load import Served
from ocs_sim.alpaca import AlpacaServer, Device, get
from ocs_sim.testing import free_port
from tests.interop import alpaca_peer

SIDE = 2048
ANSWER = b'{"Value":5.125,"ClientTransactionID":55,"ServerTransactionID":1,"ErrorNumber":0,"ErrorMessage":""}'
# ASCOM Alpaca API Reference, "ImageBytes": version, error, transactions, start, types, rank, dimensions.
_IMAGE_HEAD = struct.pack("<11I", 1, 0, 0, 0, 44, 2, 8, 2, SIDE, SIDE, 0)


class Camera(Device):
    """A camera that has an image and does nothing."""

    device_type = "Camera"
    image = np.random.default_rng(1).integers(0, 65536, (SIDE, SIDE), dtype=np.uint16)

    @get
    def CoolerOn(self) -> bool:  # noqa: N802
        return False

    @CoolerOn.put
    def _(self, CoolerOn: bool) -> None: ...  # noqa: N803

    @get
    def ImageArray(self) -> np.ndarray:  # noqa: N802
        return self.image


_IMAGE = _IMAGE_HEAD + Camera.image.tobytes()


def bare_uvicorn() -> AbstractContextManager[Served]:
    """Serve the same bytes with uvicorn, after reading what there is to read."""
    return _in_a_process(_serve_uvicorn)


def bare_aiohttp() -> AbstractContextManager[Served] | None:
    """Serve the same bytes with aiohttp, if that is installed."""
    return _in_a_process(_serve_aiohttp) if importlib.util.find_spec("aiohttp") else None


def toy() -> AbstractContextManager[Served]:
    """Serve a camera that does nothing with our server."""
    return _in_a_process(_serve_toy)


@contextmanager
def world() -> Iterator[Served]:
    """Serve a simulated observatory, as `obsbow world` does."""
    command = [str(Path(sys.executable).with_name("obsbow")), "world", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = next(line for line in process.stdout if line.startswith("Look at it"))
            next(line for line in process.stdout if line.startswith("Ctrl-C"))
            yield Served(httpx.URL(address.split()[-1]).port or 0, psutil.Process(process.pid))
        finally:
            process.terminate()


@contextmanager
def peer() -> Iterator[Served | None]:
    """Serve with the simulators that others wrote, if ALPACA_PEER_PYTHON names their Python."""
    python = os.environ.get("ALPACA_PEER_PYTHON")
    if not python:
        yield None
        return
    with tempfile.TemporaryDirectory() as directory, alpaca_peer.peer(python, Path(directory)) as server:
        yield Served(server.port, psutil.Process(server.pid))


async def _bare(scope, receive, send) -> None:
    body, kind = ANSWER, b"application/json"
    if scope["method"] == "PUT":
        await receive()
    elif scope["path"].endswith("imagearray"):
        body, kind = _IMAGE, b"application/imagebytes"
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _serve_uvicorn(port: int) -> None:
    uvicorn.run(
        _bare, port=port, http="httptools", loop="uvloop", log_config=None, access_log=False, lifespan="off"
    )


def _serve_aiohttp(port: int) -> None:
    from aiohttp import web

    async def answer(request) -> web.Response:
        if request.method == "PUT":
            await request.read()
        return web.Response(body=ANSWER, content_type="application/json")

    async def main() -> None:
        runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()

    uvloop.run(main())


def _serve_toy(port: int) -> None:
    async def main() -> None:
        await AlpacaServer([Camera()], port=port).start()
        await asyncio.Event().wait()

    uvloop.run(main())


@contextmanager
def _in_a_process(serve: Callable[[int], None]) -> Iterator[Served]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port,))
    process.start()
    try:
        _await(port)
        yield Served(port, psutil.Process(process.pid))
    finally:
        process.kill()
        process.join()


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/v1/camera/0/cooleron")
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
