"""What the measurements have in common."""

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tests.observatory import Observatory, lay_out


@contextlib.contextmanager
def observatory(
    change: Callable[[str], str] = lambda text: text, *, telescope: bool = False
) -> Iterator[Observatory]:
    """Lay out an observatory that is taken down and removed at the end."""
    with tempfile.TemporaryDirectory() as directory:
        laid_out = lay_out(Path(directory) / "site", change, telescope=telescope)
        try:
            yield laid_out
        finally:
            laid_out.obsbow("down")


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def cpu_seconds(process: psutil.Process) -> float:
    """Return the user's and the system's time of a process that lives."""
    times = process.cpu_times()
    return times.user + times.system


def spread(samples: list[float]) -> dict[str, float]:
    """Return the median and the 95th percentile of latencies, in milliseconds."""
    ordered = sorted(samples)
    return {
        "p50_ms": round(statistics.median(ordered) * 1e3, 3),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1e3, 3),
    }


def row(name: str, width: int = 44, **figures: object) -> None:
    print(f"  {name:<{width}}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
