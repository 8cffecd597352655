"""What is archived without loss, at what cost, how soon and how quickly read: ours beside OCS 0.12.1.

Both systems run here, one after the other: an agent in a process of its own, the router, and an aggregator.
A rate counts when all that was published is read back afterwards, every sample compared. The load is float
lists, one publication per block, unless the row says otherwise: "coalesced" is what our agents do if not told
otherwise, "arrays" are numpy's, "packed" our encoding in bytes. OCS's agent publishes lists from a worker
thread, its aggregator writes frames of 5 s, and its router is crossbar as it comes, reached by websocket.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

from bench._telemetry import day, floor, latency, ours, theirs
from bench._telemetry.loads import ASKED, IDLE, SMALL, WIDE, Load, System
from bench._telemetry.profile import profiled
from bench._telemetry.search import highest
from bench._telemetry.targets import targets
from bench._tools import row

_WIDTH = 64
_REALM = "observatory_realm"
_PACKED = {"encoding": "packed", "arrays": True}
_WAYS: dict[str, dict[str, Any]] = {
    "": {"coalesce": False},
    "coalesced": {},
    "arrays": {"arrays": True},
    "packed": _PACKED,
}
_SEARCHED = {SMALL: ("", "coalesced", "packed"), WIDE: ("", "arrays", "packed")}
_QUICK_WAYS = ("", "packed")
_FIXED_SECONDS = 5.0
_START_SHARE = 0.9
_PROFILED = ("", "coalesced", "packed")
_PROFILED_SHARE = 0.8
# Where to begin to look; what matters is only that it does not take long from there.
_PROBE_SECONDS = 2.0
_OCS_BLOCKS_PER_SECOND = {SMALL: 4500.0, WIDE: 900.0}
Results = dict[str, dict[str, Any]]


def measure() -> dict[str, Any]:
    quick, ocs_python = "BENCH_QUICK" in os.environ, os.environ.get("OCS_PYTHON")
    results: dict[str, Any] = {"latency": {}}
    with ours.running() as system:
        results["router alone"] = _table("router alone, bare sockets", _floor(system, quick))
        if "BENCH_PROFILE" in os.environ:
            return {"profiled": _table("ours, profiled", _profile(system))}
        results["ours"] = _table("ours", _ours(system, quick))
        results["latency"]["ours"] = latency.of_ours(system, 5.0 if quick else 15.0)
    if ocs_python:
        with theirs.running(ocs_python) as other:
            results["OCS"] = _table("OCS 0.12.1, our router made plain", _theirs(other, quick))
            results["latency"]["OCS"] = latency.of_theirs(other, ocs_python, 10.0 if quick else 15.0)
    else:
        print("  OCS is left out: OCS_PYTHON does not name the Python of an environment with ocs and so3g")
    _table("published to queryable, 100 small blocks/s", results["latency"].items())
    results["day"] = _table(
        "one of 100 fields at 10 Hz read back", day.measure(1 if quick else 24, ocs_python).items()
    )
    _table("ours : OCS", _ratios(results))
    results["targets"] = _table("targets", targets(results))
    return results


def _table(title: str, rows: Any) -> Results:
    print(f"\n  {title}")
    results = {}
    for name, figures in rows:
        row(f"  {name}", _WIDTH, **figures)
        sys.stdout.flush()
        results[name] = figures
    return results


def _floor(system: ours.Ours, quick: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for load, packed in ((SMALL, False), (WIDE, False), (WIDE, True)):
        argument = floor.argument(load, packed=packed)
        blocks = floor.messages_per_second(system.socket, _REALM, argument, 1.0 if quick else 3.0)
        name = f"{load.name}, packed" if packed else load.name
        yield name, {"blocks_s": round(blocks), "mb_s": round(blocks * len(argument) / 1e6, 1)}


def _ours(system: ours.Ours, quick: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for load, ways in _SEARCHED.items():
        for way in _QUICK_WAYS if quick else ways:
            yield _highest(system, _published(load, way), _probe(system, load, way), quick)
    for load, rate in ASKED:
        for way in _QUICK_WAYS:
            yield _at(system, _published(load, way), rate)
    yield _at(system, *IDLE)


def _theirs(system: theirs.Theirs, quick: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for load, start in _OCS_BLOCKS_PER_SECOND.items():
        yield _highest(system, load, start, quick)
    if not quick:
        buffered = SMALL.called("gathered for 0.1 s", buffered=True)
        yield _at(system, buffered, _OCS_BLOCKS_PER_SECOND[SMALL])
    for load, rate in (*ASKED, IDLE):
        yield _at(system, load, rate)


def _highest(system: System, load: Load, start: float, quick: bool) -> tuple[str, dict[str, Any]]:
    return load.name, highest(
        lambda rate, seconds: system.trial(load, rate, seconds), start, 4.0 if quick else 10.0
    ).figures()


def _at(system: System, load: Load, rate: float) -> tuple[str, dict[str, Any]]:
    return load.name, system.trial(load, rate, _FIXED_SECONDS).figures()


def _probe(system: ours.Ours, load: Load, way: str) -> float:
    """Return about what is archived of all that the agent can send."""
    return _START_SHARE * system.trial(_published(load, way), 0.0, _PROBE_SECONDS).rate


def _published(load: Load, way: str) -> Load:
    return load.called(way, **_WAYS[way]) if way else Load(load.name, load.fields, load.samples, _WAYS[way])


def _profile(system: ours.Ours) -> Iterator[tuple[str, dict[str, Any]]]:
    for load in (SMALL, WIDE):
        for way in _PROFILED:
            rate = _PROFILED_SHARE * _probe(system, load, way)
            with profiled(_published(load, way).name, system.processes()):
                trial = system.trial(_published(load, way), rate, 8.0)
            yield trial.load.name, trial.figures()


def _ratios(results: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield how ours stands to OCS's; for a load that is given, of the CPU time above that of being there."""
    their, our = results.get("OCS", {}), results["ours"]
    given, idle = {load.name for load, _ in ASKED}, IDLE[0].name
    for name in their:
        for way in [way for way in our if way.startswith(name) and name != idle]:
            one, other = our[way], their[name]
            if name in given:
                above = [
                    max(0.01, each["cpu_s"] - all_of[idle]["cpu_s"])
                    for each, all_of in ((one, our), (other, their))
                ]
                yield f"{way} : {name}", {"cpu_above_idle": round(above[0] / above[1], 2)}
            else:
                keys = {"blocks": "blocks_s", "cpu": "cpu_s_per_msample", "bytes": "bytes_per_sample"}
                yield (
                    f"{way} : {name}",
                    {told: round(one[key] / max(other[key], 0.01), 2) for told, key in keys.items()},
                )
