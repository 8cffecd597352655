"""What the Alpaca server costs beside bare ones: questions, commands, images; and an idle site of devices."""

import functools
import os
import statistics
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
from ocs_sim.agents._camera._download import fetch_image

from bench import _alpaca_servers as servers
from bench._alpaca_load import Served, get, put
from bench._site_idle import measure_idle
from bench._tools import cpu_seconds, row, seconds
from tests.interop.alpaca_peer import TELESCOPE

Figures = dict[str, float]
RA = get("telescope/0/rightascension")
COOLER = put("camera/0/cooleron", "CoolerOn=true")
IMAGE_MB = servers.SIDE * servers.SIDE * 2 / 1e6
ROUNDS = 5


def measure() -> dict[str, Figures]:
    quick = bool(os.environ.get("BENCH_QUICK"))
    times = 2_000 if quick else 12_000
    results: dict[str, Figures] = {}
    with ExitStack() as stack:
        bare = stack.enter_context(servers.bare_uvicorn())
        toy, world = stack.enter_context(servers.toy()), stack.enter_context(servers.world())
        aiohttp = servers.bare_aiohttp()
        others = {"aiohttp": stack.enter_context(aiohttp)} if aiohttp else {}
        peer = stack.enter_context(servers.peer())
        for connections in (1, 8):
            name = f"rightascension, connections {connections}"
            compared = {"bare": (bare, RA), "ours": (world, RA)}
            compared |= {name: (server, RA) for name, server in others.items()}
            if peer:
                compared["peer"] = (peer, get(f"telescope/{TELESCOPE}/rightascension"))
            results[name] = _requests(name, compared, times, connections)
        compared = {"bare": (bare, COOLER), "ours": (toy, COOLER)}
        results["a PUT, connections 8"] = _requests("a PUT, connections 8", compared, times, 8)
        results |= _images(bare, toy)
    results["idle"] = measure_idle(10 if quick else 30)
    return results


def _requests(name: str, compared: dict[str, tuple[Served, bytes]], times: int, connections: int) -> Figures:
    rates: dict[str, list[float]] = {who: [] for who in compared}
    costs: dict[str, list[float]] = {who: [] for who in compared}
    for _ in range(ROUNDS):
        # One after the other, so that all meet the same machine.
        for who, (server, request) in compared.items():
            asked = times // 10 if who == "peer" else times
            took, cpu = server.trial(request, asked, connections)
            rates[who].append(asked / took)
            costs[who].append(cpu / asked * 1e6)
    found: Figures = {f"{who}_per_second": round(statistics.median(each)) for who, each in rates.items()}
    found |= {f"{who}_cpu_us": round(statistics.median(each), 1) for who, each in costs.items()}
    pairs = zip(rates["ours"], rates["bare"], strict=True)
    found["rate_ratio"] = round(statistics.median(ours / bare for ours, bare in pairs), 2)
    row(name, **found)
    return found


def _images(bare: Served, ours: Served) -> dict[str, Figures]:
    """Fetch the same image from both: by plain HTTP, as our camera agent does, and through alpyca."""
    with httpx.Client(timeout=60, headers={"accept": "application/imagebytes"}) as client:
        ways: dict[str, Callable[[Served], object]] = {
            "HTTP": lambda server: client.get(f"{_camera(server)}/imagearray"),
            "our camera agent": lambda server: fetch_image(_camera(server), timeout_seconds=60),
            "alpyca": _with_alpyca,
        }
        return {f"image, {way}": _image(way, fetch, bare, ours) for way, fetch in ways.items()}


def _image(way: str, fetch: Callable[[Served], object], bare: Served, ours: Served) -> Figures:
    taken: dict[str, list[float]] = {"bare": [], "ours": []}
    before = cpu_seconds(ours.process)
    for _ in range(ROUNDS + 1):
        for who, server in (("bare", bare), ("ours", ours)):
            taken[who].append(seconds(lambda server=server: fetch(server)))
    bare_s, ours_s = (round(statistics.median(each[1:]), 4) for each in taken.values())
    found = {
        "bare_s": bare_s,
        "ours_s": ours_s,
        "bare_mb_per_s": round(IMAGE_MB / bare_s),
        "ours_mb_per_s": round(IMAGE_MB / ours_s),
        "ratio": round(bare_s / ours_s, 2),
        "our_cpu_ms": round((cpu_seconds(ours.process) - before) / (ROUNDS + 1) * 1e3, 1),
    }
    row(f"image of {servers.SIDE} x {servers.SIDE}, {way}", **found)
    return found


def _with_alpyca(server: Served) -> object:
    return _alpyca(server.port).ImageArray


@functools.cache
def _alpyca(port: int) -> Any:
    from alpaca.camera import Camera

    camera = Camera(f"127.0.0.1:{port}", 0)
    camera.Connected = True
    return camera


def _camera(server: Served) -> str:
    return f"http://127.0.0.1:{server.port}/api/v1/camera/0"
