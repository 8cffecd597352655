"""How long after SIGKILL an agent answers again, and after a router's return all of them do."""

import os
import signal
import statistics
import time

from bench._tools import observatory, row
from ocs_sim.bus import BusError, HttpCaller

ROUNDS = 5
AGENTS = ("registry", "aggregator", "data1")


def measure() -> dict[str, float]:
    results = {}
    with observatory() as mini:
        mini.well("up")
        caller = HttpCaller(mini.http, timeout_seconds=5.0)
        for name in AGENTS:
            results[f"{name} killed, answers again"] = _median(
                lambda name=name: _kill_agent(mini, caller, name)
            )
        results["HostMaster killed, obsbow up adopts"] = _median(lambda: _kill_host_master(mini))
        router = [_kill_router(mini, caller) for _ in range(ROUNDS)]
        results["router killed, started and all answer"] = statistics.median(up for up, _ in router)
        results["router back, all agents answer"] = statistics.median(late for _, late in router)
        caller.close()
    results = {name: round(value, 2) for name, value in results.items()}
    for name, value in results.items():
        row(name, seconds=value)
    return results


def _median(call) -> float:
    return statistics.median(call() for _ in range(ROUNDS))


def _kill_agent(mini, caller, name: str) -> float:
    old = mini.kill(name)
    began = time.monotonic()
    while _pid(caller, name) in (None, old):
        time.sleep(0.01)
    return time.monotonic() - began


def _kill_host_master(mini) -> float:
    children = [mini.pid(name) for name in AGENTS]
    mini.kill("master")
    began = time.monotonic()
    mini.well("up")
    assert [mini.pid(name) for name in AGENTS] == children, "adopted, not replaced"
    return time.monotonic() - began


def _kill_router(mini, caller) -> tuple[float, float]:
    for process in mini.processes():
        if "crossbar" in " ".join(process.cmdline()):
            os.kill(process.pid, signal.SIGKILL)
    began = time.monotonic()
    mini.well("crossbar", "start")
    returned = time.monotonic()
    while None in [_pid(caller, name) for name in AGENTS]:
        time.sleep(0.01)
    back = time.monotonic()
    return back - began, back - returned


def _pid(caller, name: str) -> int | None:
    try:
        return caller.call(f"observatory.{name}", "get_api")["instance_pid"]
    except BusError:
        return None
