"""Where the time goes in each process: py-spy's samples, counted by function."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

_MOST_ROWS = 15
_HERTZ = 200
_ALL_BUT = 0.8
# py-spy takes a loop that polls to be at work.
_WAITING = ("EPollReactor.doPoll", "AsyncioSelectorReactor.run", "Condition.wait", "Event.wait")


@contextmanager
def profiled(name: str, processes: dict[str, list[psutil.Process]]) -> Iterator[None]:
    """Sample every process while the body runs; print the functions in which they spend it."""
    spy = shutil.which("py-spy")
    if spy is None:
        raise SystemExit("--profile needs py-spy: python -m pip install py-spy")
    directory = Path(tempfile.mkdtemp(prefix="telemetry-profile-"))
    spies = [
        (path, _begin(spy, process, path))
        for who, members in processes.items()
        for number, process in enumerate(members)
        for path in [directory / f"{name.replace(' ', '_')}.{who}.{number}.txt"]
    ]
    try:
        yield
    finally:
        for path, each in spies:
            each.send_signal(signal.SIGINT)
            each.wait(30)
            _print(path)


def _begin(spy: str, process: psutil.Process, path: Path) -> subprocess.Popen[bytes]:
    words = [spy, "record", "--pid", str(process.pid), "--rate", str(_HERTZ), "--duration", "600"]
    options = ["--format", "raw", "--nonblocking", "--native", "--output", str(path)]
    if os.environ.get("BENCH_PROFILE") != "native":
        options.remove("--native")
    return subprocess.Popen([*words, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _print(path: Path) -> None:
    own: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for line in path.read_text().splitlines() if path.exists() else ():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if frames[-1].startswith(_WAITING):
            continue
        own[frames[-1]] += int(count)
        within.update(dict.fromkeys(frames, int(count)))
    total = sum(own.values())
    if total < _HERTZ // 4:
        return
    print(f"\n  {path}: busy for {total / _HERTZ:.1f} s")
    # What all of it is in says nothing.
    below = Counter({frame: count for frame, count in within.items() if count < _ALL_BUT * total})
    for title, counts in (("in", own), ("in and below", below)):
        print(f"    {title}")
        for frame, count in counts.most_common(_MOST_ROWS):
            print(f"      {100 * count / total:5.1f} %  {frame}")
