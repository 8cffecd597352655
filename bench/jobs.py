"""Jobs: how soon a new one begins, how many a second come and go over HTTP and in the store.

Over HTTP a bare FastAPI route stands beside them, which sends back what it is sent, in the same process and
run. The whole way is that of a default site: HTTP, the bridge's looks into the store, the mount's operation.
"""

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench._tools import row
from ocs_sim.auth import LocalIssuer
from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobRequest, JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import free_port
from tests.observatory import Observatory, eventually, lay_out

QUICK = bool(os.environ.get("BENCH_QUICK"))
SECONDS = 1.0 if QUICK else 4.0
STORED = 500 if QUICK else 3000
JOBS = 20 if QUICK else 100
CLIENTS = 8
ROUNDS = 4
SITE = "mini"
HERE = Path(__file__).parent


def measure() -> dict[str, Any]:
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        results["store"] = _stored(Path(name) / "store")
        row(f"store, one thread, {STORED} waiting: a second", **results["store"])
        results["http"] = _over_http(Path(name))
    results["begin"] = _begin()
    row("newjob to operation started", **results["begin"])
    return results


def _stored(directory: Path) -> dict[str, int]:
    with open_stores(StoreAddresses(directory)) as stores:
        jobs = JobStore(stores.table(job_table()), SystemClock())
        wish = JobRequest(SITE, "camera", "camera1", "expose", required_params={"time": 1})
        half = STORED // 2
        return {
            "new": _rate(STORED, lambda: [jobs.new(wish) for _ in range(STORED)]),
            "claim_one_by_one": _rate(half, lambda: [jobs.claim(SITE, "b") for _ in range(half)]),
            "deliver": _rate(half, lambda: jobs.deliver(SITE)),
        }


def _rate(number: int, call: Callable[[], object]) -> int:
    began = time.perf_counter()
    call()
    return round(number / (time.perf_counter() - began))


def _over_http(directory: Path) -> dict[str, Any]:
    job = {**_job("camera", "expose"), "required_params": {"time": "1"}}
    results: dict[str, Any] = {}
    with _served(directory) as (port, bare_port, token):
        for clients in (1, CLIENTS):
            calls = {
                "bare FastAPI route": (bare_port, "/bare", job),
                "newjob": (port, "/jobs/newjob", job),
                "getnewjobs, nothing new": (port, "/jobs/getnewjobs", {"site": "quiet"}),
            }
            # In turns: what else the computer does falls upon all of them.
            rounds = [
                {name: _took(clients, *call, token) for name, call in calls.items()} for _ in range(ROUNDS)
            ]
            found = {
                name: _figures([took for each in rounds for took in each[name]], clients) for name in calls
            }
            for name, figures in found.items():
                figures["of_bare"] = round(figures["per_s"] / found["bare FastAPI route"]["per_s"], 2)
                row(f"{name}, {clients} connections", **figures)
            results[f"{clients} connections"] = found
        waiting = len(_took(1, port, "/jobs/newjob", job, token, seconds=0.5))
        results["getnewjobs, all at once"] = _all_at_once(port, waiting)
        row("getnewjobs, all at once", **results["getnewjobs, all at once"])
    return results


@contextlib.contextmanager
def _served(directory: Path) -> Iterator[tuple[int, int, str]]:
    port, bare_port = free_port(), free_port()
    command = [sys.executable, "-m", "bench._jobs_server", str(directory), str(port), str(bare_port)]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parent
    )
    try:
        yield port, bare_port, server.stdout.readline().strip()
    finally:
        server.communicate(timeout=30)


def _took(
    clients: int, port: int, path: str, body: Any, token: str, seconds: float = SECONDS / ROUNDS
) -> list[float]:
    """Let so many connections call one after another; return how long each call took."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    def call() -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            while (began := time.perf_counter()) < until:
                _post(connection, path, body, token)
                took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=call) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _figures(took: list[float], clients: int) -> dict[str, Any]:
    return {"per_s": round(clients * len(took) / sum(took)), **_latencies(took), "calls": len(took)}


def _all_at_once(port: int, at_least: int) -> dict[str, int]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        jobs = _post(connection, "/jobs/getnewjobs", {"site": SITE}, "")
        assert len(jobs) >= at_least
        return {"jobs": len(jobs), "jobs_per_s": round(len(jobs) / (time.perf_counter() - began))}


def _begin() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        observatory = lay_out(Path(name) / "site", telescope=True, remote=True)
        try:
            observatory.well("up")
            return _latencies(_beginnings(observatory))
        finally:
            observatory.obsbow("down")


def _beginnings(observatory: Observatory) -> list[float]:
    """Return the seconds from asking for a job to its operation's start, for one job after another."""
    directory = observatory.directory / "data" / "stores"
    token = LocalIssuer(directory, SystemClock()).token("bench", ("admin",), "bench", 3600)
    took = []
    with (
        open_stores(StoreAddresses(directory)) as stores,
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", observatory.api_port)) as connection,
    ):
        jobs = JobStore(stores.table(job_table()), SystemClock())
        for number in range(JOBS + 1):
            # Not in step with the bridge's looks.
            time.sleep(random.uniform(0.0, 0.3))
            action = "unpark" if number == 0 else ("set_tracking_on", "set_tracking_off")[number % 2]
            sent = time.time()
            ulid = _post(connection, "/jobs/newjob", _job("mount", action), token)["ulid"]
            eventually(lambda ulid=ulid: jobs.get(SITE, ulid).has_ended, f"the end of {action}", 60)
            job = jobs.get(SITE, ulid)
            assert job.status == "COMPLETE", job.history
            took.append(next(each.unix for each in job.history if each.status == "STARTED") - sent)
    return took[1:]  # The first finds everything cold.


def _job(device: str, action: str) -> dict[str, Any]:
    who = {"user_name": "bench", "user_id": "bench"}
    what = {"device": device, "instance": f"{device}1", "action": action}
    return {"site": SITE, **what, **who, "optional_params": {}, "required_params": {}}


def _post(connection: http.client.HTTPConnection, path: str, body: Any, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    text = response.read()
    assert response.status == 200, text
    return json.loads(text)


def _latencies(took: list[float]) -> dict[str, float]:
    ordered = sorted(took)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1e3, 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1e3, 2),
    }
