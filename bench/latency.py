"""A status call: a bare autobahn session, our clients, and OCS's client, on one agent in one run."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench._tools import observatory, row, spread
from ocs_sim import AsyncClient, Client

CALLS = 2000
HERE = Path(__file__).parent


def measure() -> dict[str, dict[str, float]]:
    results = {}
    with observatory() as mini:
        mini.well("up")
        socket = str(mini.directory / "dot_crossbar" / "router.sock")
        for _ in range(2):  # the first round warms every cache; the second counts
            results = _round(mini, socket)
    floor = results["bare autobahn"]["p50_ms"]
    for name, figures in results.items():
        figures["ratio"] = round(figures["p50_ms"] / floor, 2)
        row(name, **figures)
    return results


def _round(mini, socket: str) -> dict[str, dict[str, float]]:
    bare = [sys.executable, str(HERE / "_bare_autobahn.py"), socket, str(CALLS)]
    results = {"bare autobahn": spread(json.loads(subprocess.check_output(bare)))}
    with Client("data1", site_file=mini.site_file) as client:
        results["Client"] = spread([_timed(client.acq.status) for _ in range(CALLS)])
    results["AsyncClient"] = spread(asyncio.run(_asynchronous(mini.site_file)))
    if ocs_python := os.environ.get("OCS_PYTHON"):
        theirs = [ocs_python, str(HERE / "_ocs_client.py"), str(mini.site_file), str(CALLS // 4)]
        results["OCSClient"] = spread(json.loads(subprocess.check_output(theirs)))
    return results


async def _asynchronous(site_file: Path) -> list[float]:
    async with AsyncClient("data1", site_file=site_file) as client:
        samples = []
        for _ in range(CALLS):
            began = time.perf_counter()
            await client.acq.status()
            samples.append(time.perf_counter() - began)
        return samples


def _timed(call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
