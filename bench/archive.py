"""The archive at size: `python -m bench.archive [HOURS] [FILES] [DIRECTORY]`; 24 and 10,000 unless told.

A day is 1,000 fields at 10 Hz, recorded and sealed as the Aggregator does, hour by hour; it needs 8 GB
for each day, and as much again while it is repacked.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench._tools import row, seconds
from ocs_sim.archive import ArchiveWriter, RepackOptions, repack, seal_in_child
from tests.archive.making import START, HandClock, record
from tests.archive.many import HOUR, hourly

FIELDS = 1000
RATE = 10
_BLOCKS_PER_SYNC = 10
FIELD = "data1.wide.temps.field_0500"
_READER = """
import json, resource, sys, time
began = time.perf_counter()
from ocs_sim.archive import Archive
took, found = {}, {}
with Archive(sys.argv[1]) as archive:
    for name, call in json.loads(sys.argv[2]).items():
        at = time.perf_counter()
        found[name] = eval(call, {"archive": archive})
        took[name] = round(time.perf_counter() - at, 3)
took["in all, with imports"] = round(time.perf_counter() - began, 3)
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps({"seconds": took, "found": found, "rss_mb": round(rss)}))
"""


def measure(hours: float = 24.0, files: int = 10_000, where: Path | None = None) -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=where) as scratch:
        return {
            f"{files} files": many_files(Path(scratch) / "many", files),
            f"{hours:g} h of {FIELDS} fields": a_day(Path(scratch) / "day", hours),
        }


def many_files(directory: Path, count: int) -> dict[str, object]:
    """Open, list, load and take the newest, in processes of their own; then of fewer files."""
    hourly(directory, count)
    start = START + HOUR * (count // 2)
    field = "agent1.feed_1.temps.field_3"
    calls = {
        "fields": "len(archive.fields())",
        "load an hour": f"len(archive.load({field!r}, {start}, {start + HOUR})[{field!r}])",
        "latest": "len(archive.latest())",
    }
    results: dict[str, object] = {}
    for name in ("first time", "again", "once more"):
        results[name] = _read(directory, calls)
        row(f"{count} files, {name}", **results[name]["seconds"], rss_mb=results[name]["rss_mb"])
    results["all of a field"] = _read(directory, {"decimate": f"len(archive.decimate({field!r}))"})
    row("  decimate over all of them", **results["all of a field"]["seconds"])
    took = seconds(lambda: repack(directory))
    left = sum(1 for _ in directory.rglob("*.h5"))
    results["repack"] = {"seconds": round(took, 1), "files_left": left}
    row("  repack by day", **results["repack"])
    _read(directory, calls)
    results["repacked"] = _read(directory, calls)
    row(f"{left} files instead", **results["repacked"]["seconds"])
    results["repacked: all of a field"] = _read(directory, {"decimate": f"len(archive.decimate({field!r}))"})
    row("  decimate over all of them", **results["repacked: all of a field"]["seconds"])
    shutil.rmtree(directory)
    return results


def a_day(directory: Path, hours: float) -> dict[str, object]:
    """Record and seal; then open it and look at one field."""
    results: dict[str, object] = {"recorded": _recorded(directory, hours)}
    row(f"{hours:g} h of {FIELDS} fields at {RATE} Hz", **results["recorded"])
    samples = int(hours * HOUR * RATE)
    calls = {
        "decimate to 2,000 points": f"len(archive.decimate({FIELD!r}, points=2000)[{FIELD!r}].mean)",
        "load": f"len(archive.load({FIELD!r})[{FIELD!r}])",
        "latest": "len(archive.latest())",
    }
    for name in ("read", "read again"):
        results[name] = _read(directory, calls)
        row(f"  {name}", **results[name]["seconds"], rss_mb=results[name]["rss_mb"])
    assert results["read"]["found"] == {"decimate to 2,000 points": 2000, "load": samples, "latest": FIELDS}
    before = _size(directory)
    took = seconds(lambda: repack(directory, RepackOptions(include_current=True)))
    results["repack"] = {
        "seconds": round(took, 1),
        "mb_per_s": round(before / 1e6 / took),
        "files_left": sum(1 for _ in directory.rglob("*.h5")),
    }
    row("  repack", **results["repack"])
    results["read repacked"] = _read(directory, calls)
    row("  read", **results["read repacked"]["seconds"], rss_mb=results["read repacked"]["rss_mb"])
    return results


def _recorded(directory: Path, hours: float) -> dict[str, object]:
    sealing: list[float] = []

    def timed_seal(journal: Path) -> None:
        sealing.append(seconds(lambda: seal_in_child(journal)))

    began = time.perf_counter()
    writer = ArchiveWriter(directory, clock=HandClock(), seal=timed_seal)
    columns = {f"field_{number:04}": np.zeros(RATE) for number in range(FIELDS)}
    names, noise = list(columns), np.random.default_rng(1).normal(size=(FIELDS, RATE))
    blocks = int(hours * HOUR)
    for number in range(blocks):
        values = noise + number
        block = record(
            dict(zip(names, values, strict=True)),
            START + number + np.arange(RATE) / RATE,
            sequence=number,
            feed="wide",
            boot_id=str(START),
        )
        writer.append(block)
        if number % _BLOCKS_PER_SYNC:
            continue
        writer.sync()
        # As on a machine that keeps up: the journals do not pile up.
        while len(writer.unsealed) > 1:
            time.sleep(0.01)
    writer.close()
    took = time.perf_counter() - began
    samples = blocks * RATE * FIELDS
    return {
        "million_samples": samples / 1e6,
        "million_samples_per_s": round(samples / 1e6 / took, 1),
        "sealed_million_samples_per_s": round(samples / 1e6 / sum(sealing), 1),
        "seal_median_s": round(statistics.median(sealing), 2),
        "bytes_per_sample": round(_size(directory) / samples, 2),
        "files": len(sealing),
        "sealer_rss_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3),
    }


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*.h5"))


def _read(directory: Path, calls: dict[str, str]) -> dict[str, dict[str, object]]:
    command = [sys.executable, "-c", _READER, str(directory), json.dumps(calls)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout)


if __name__ == "__main__":
    told = sys.argv[1:]
    print(
        json.dumps(
            measure(
                float(told[0]) if told else 24.0,
                int(told[1]) if len(told) > 1 else 10_000,
                Path(told[2]) if len(told) > 2 else None,
            )
        )
    )
