"""What the Alpaca server costs beside a bare uvicorn: requests, an image, and a world with nothing to do."""

import asyncio
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil
import uvicorn
import uvloop

from bench._tools import row, seconds
from ocs_sim.alpaca import AlpacaServer, Device, get
from ocs_sim.testing import free_port

CONNECTIONS = 8
SIDE = 2048
PATH = "/api/v1/camera/0/"
ANSWER = b'{"Value":false,"ClientTransactionID":4,"ServerTransactionID":1,"ErrorNumber":0,"ErrorMessage":""}'
FORM = b"CoolerOn=true&ClientID=0&ClientTransactionID=55"
HEAD = b"Host: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nConnection: keep-alive\r\n"
GET = b"GET " + PATH.encode() + b"cooleron?ClientID=0&ClientTransactionID=55 HTTP/1.1\r\n" + HEAD + b"\r\n"
PUT = (
    b"PUT "
    + PATH.encode()
    + b"cooleron HTTP/1.1\r\n"
    + HEAD
    + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(FORM)
    + FORM
)


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


async def bare(scope, receive, send) -> None:
    """Answer the same bytes to everything, after reading what there is to read."""
    body, kind = ANSWER, b"application/json"
    if scope["method"] == "PUT":
        await receive()
    elif scope["path"].endswith("imagearray"):
        body, kind = bytes(44) + Camera.image.tobytes(), b"application/imagebytes"
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def serve_bare(port: int) -> None:
    uvicorn.run(
        bare, port=port, http="httptools", loop="uvloop", log_config=None, access_log=False, lifespan="off"
    )


def serve_ours(port: int) -> None:
    async def main() -> None:
        await AlpacaServer([Camera()], port=port).start()
        await asyncio.Event().wait()

    uvloop.run(main())


class Asking(asyncio.Protocol):
    """Asks again and again on one connection, an answer at a time."""

    def __init__(self, request: bytes, times: int, done: asyncio.Future) -> None:
        self.request, self.left, self.done = request, times, done

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if b"}" not in data:
            return
        self.left -= 1
        if self.left:
            self.transport.write(self.request)
        else:
            self.transport.close()
            self.done.set_result(None)


async def ask(port: int, request: bytes, times: int) -> None:
    loop = asyncio.get_running_loop()
    waiting = []
    for _ in range(CONNECTIONS):
        done = loop.create_future()
        waiting.append(done)
        await loop.create_connection(
            lambda done=done: Asking(request, times // CONNECTIONS, done), "127.0.0.1", port
        )
    await asyncio.gather(*waiting)


def measure() -> dict[str, object]:
    quick = bool(os.environ.get("BENCH_QUICK"))
    results: dict[str, object] = {}
    with serving(serve_bare) as theirs, serving(serve_ours) as ours:
        for name, request in (("GET", GET), ("PUT", PUT)):
            results[name] = _requests(name, request, theirs, ours, 4_000 if quick else 16_000)
        results["image"] = _image(theirs, ours)
    results["idle"] = _idle(5 if quick else 15)
    return results


def _requests(name: str, request: bytes, theirs, ours, times: int) -> dict[str, float]:
    rates, costs = [], []
    for _ in range(5):
        # One after the other, so that both meet the same machine.
        both = [_trial(server, request, times) for server in (theirs, ours)]
        rates.append([times / each[0] for each in both])
        costs.append([each[1] / times * 1e6 for each in both])
    bare_rate, our_rate = (round(statistics.median(each)) for each in zip(*rates, strict=True))
    bare_cost, our_cost = (round(statistics.median(each), 1) for each in zip(*costs, strict=True))
    found = {
        "bare_per_second": bare_rate,
        "ours_per_second": our_rate,
        "rate_ratio": round(statistics.median(mine / other for other, mine in rates), 2),
        "bare_cpu_us": bare_cost,
        "ours_cpu_us": our_cost,
        "cpu_ratio": round(statistics.median(other / mine for other, mine in costs), 2),
    }
    row(f"{name}, {CONNECTIONS} connections", **found)
    return found


def _trial(server: tuple[int, psutil.Process], request: bytes, times: int) -> tuple[float, float]:
    port, process = server
    before = cpu_seconds(process)
    took = seconds(lambda: uvloop.run(ask(port, request, times)))
    return took, cpu_seconds(process) - before


def _image(theirs, ours) -> dict[str, float]:
    accept = {"accept": "application/imagebytes"}
    times: list[list[float]] = [[], []]
    with httpx.Client(timeout=60, headers=accept) as client:
        for _ in range(9):
            for port, taken in zip((theirs[0], ours[0]), times, strict=True):
                url = f"http://127.0.0.1:{port}{PATH}imagearray"
                taken.append(seconds(lambda url=url: client.get(url)))
    bare_ms, ours_ms = (round(statistics.median(each) * 1e3, 1) for each in times)
    found = {"bare_ms": bare_ms, "ours_ms": ours_ms, "ratio": round(bare_ms / ours_ms, 2)}
    row(f"ImageBytes of {SIDE} x {SIDE}, 8.4 MB", **found)
    return found


def _idle(duration: float) -> dict[str, float]:
    port = free_port()
    command = [str(Path(sys.executable).with_name("obsbow")), "world", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as world:
        try:
            assert world.stdout is not None
            next(line for line in world.stdout if line.startswith("Ctrl-C"))
            process = psutil.Process(world.pid)
            alone = _share(process, duration, lambda: None)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                configured = client.get("/management/v1/configureddevices").json()["Value"]
                paths = [f"/api/v1/{each['DeviceType'].lower()}/0/devicestate" for each in configured]
                asked = _share(process, duration, lambda: [client.get(path) for path in paths])
            memory = round(process.memory_info().rss / 1e6)
        finally:
            world.terminate()
    found = {"cpu_percent": alone, "all_devices_each_second_cpu_percent": asked, "memory_mb": memory}
    row("a world with nothing to do", **found)
    return found


def _share(process: psutil.Process, duration: float, each_second: Callable[[], object]) -> float:
    before, began = cpu_seconds(process), time.monotonic()
    for second in range(1, round(duration) + 1):
        each_second()
        time.sleep(max(0.0, began + second - time.monotonic()))
    return round((cpu_seconds(process) - before) / (time.monotonic() - began) * 100, 2)


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def serving(serve: Callable[[int], None]) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port,))
    process.start()
    try:
        _await(port)
        yield port, psutil.Process(process.pid)
    finally:
        process.kill()
        process.join()


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}{PATH}cooleron")
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
