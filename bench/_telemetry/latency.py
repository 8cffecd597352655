"""How long after a block's last sample was taken a reader of the archive finds it."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from bench._telemetry.loads import SMALL
from bench._telemetry.ours import Ours
from bench._telemetry.theirs import PROGRAMS, Theirs

_BLOCKS_PER_SECOND = 100.0
# What is published last must still be found.
_EXTRA_SECONDS = {"ours": 2.0, "theirs": 9.0}


def of_ours(system: Ours, seconds: float) -> dict[str, float]:
    """Publish small blocks at a moderate rate and follow the archive in another process."""
    system.aggregator.record.start()
    program = [sys.executable, "-m", "bench._telemetry.follow"]
    found = _follow(
        program, system.directory, seconds + _EXTRA_SECONDS["ours"], lambda: _publish(system, seconds)
    )
    return _spread(found, seconds)


def of_theirs(system: Theirs, python: str, seconds: float) -> dict[str, float]:
    """Do the same with OCS's files."""
    system.ask("aggregator", "start", "record")
    program = [python, str(PROGRAMS / "follow.py")]
    found = _follow(
        program, system.directory, seconds + _EXTRA_SECONDS["theirs"], lambda: _publish(system, seconds)
    )
    system.ask("aggregator", "stop", "record")
    system.ask("aggregator", "wait", "record", 60)
    return _spread(found, seconds)


def _publish(system: Ours | Theirs, seconds: float) -> None:
    system.publish(SMALL, _BLOCKS_PER_SECOND, int(_BLOCKS_PER_SECOND * seconds))


def _follow(program: list[str], directory: Path, seconds: float, publish) -> list[float]:
    words = [*program, str(directory), str(SMALL.samples), str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as reader:
        assert reader.stdout.readline() == "ready\n"
        publish()
        return json.loads(reader.stdout.read())


def _spread(latencies: list[float], seconds: float) -> dict[str, float]:
    ordered = sorted(latencies)
    return {
        "p50_ms": round(statistics.median(ordered) * 1e3),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1e3),
        "blocks": len(ordered),
        "of": int(_BLOCKS_PER_SECOND * seconds),
    }
