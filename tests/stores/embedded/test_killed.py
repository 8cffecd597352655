"""Nothing that a call said was done is lost when its process is killed, whenever that is."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from ocs_sim.stores import StoreAddresses, open_stores
from tests.stores.clocks import HandClock
from tests.stores.embedded.writers import QUEUE, TABLE, content

ROOT = Path(__file__).parents[3]
SIDE_BY_SIDE = 4
ROUNDS = 25
# Minutes where many wait for one disk.
pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]


class Launcher:
    """A process that forks writers, which spares them the start of Python."""

    def __init__(self, directory: Path) -> None:
        command = [sys.executable, "-m", "tests.stores.embedded.writers", str(directory)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.writer: int | None = None

    def start(self, name: str) -> None:
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        self.writer = int(self.process.stdout.readline())

    def kill(self) -> None:
        writer, self.writer = self.writer, None
        os.kill(writer, signal.SIGKILL)
        assert self.process.stdout.readline() == "dead\n"

    def close(self) -> None:
        if self.writer is not None:
            self.kill()
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def launchers(tmp_path):
    made = [Launcher(tmp_path) for _ in range(SIDE_BY_SIDE)]
    yield made
    for launcher in made:
        launcher.close()


def wait_for(file):
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} is not there: the writer does not write"
        time.sleep(0.001)


def killed_rounds(launchers, directory):
    """Kill writers at random moments after their first deed; return what they told, by kind."""
    dice = random.Random(5)
    for number in range(ROUNDS):
        names = [f"{side}-{number}" for side in range(SIDE_BY_SIDE)]
        for launcher, name in zip(launchers, names, strict=True):
            launcher.start(name)
        for launcher, name in zip(launchers, names, strict=True):
            wait_for(directory / f"told-{name}")
            # Not to wait for anything: it is to hit whatever the writer is doing.
            time.sleep(dice.uniform(0, 0.05))
            launcher.kill()
        assert_whole(directory / "stores")
    return told_in(directory)


def told_in(directory):
    told = {kind: [] for kind in ("sent", "put", "added", "object", "taking", "taken")}
    for file in directory.glob("told-*"):
        for line in file.read_text().splitlines():
            kind, which = line.split()
            told[kind].append(which)
    return told


def assert_whole(stores):
    for name in ("queues", "tables", "objects"):
        with closing(sqlite3.connect(stores / f"{name}.sqlite")) as connection:
            assert connection.execute("pragma quick_check").fetchall() == [("ok",)]


def drained(queue):
    found = []
    while messages := queue.receive(limit=10):
        for message in messages:
            found.append(message.body)
            queue.acknowledge(message)
    return found


def files_of(stores):
    directory = stores / "objects"
    return {path.name for path in directory.glob("data/*/*")}, list((directory / "temporary").iterdir())


def test_a_hundred_kills_lose_nothing_that_was_acknowledged(launchers, tmp_path):
    told = killed_rounds(launchers, tmp_path)
    kills = SIDE_BY_SIDE * ROUNDS
    clock = HandClock()
    # Later than the leases of the dead and than the age of orphans.
    clock.advance(2 * 3600)
    with open_stores(StoreAddresses(tmp_path / "stores"), clock) as stores:
        table, objects = stores.table(TABLE), stores.objects

        assert all(table.get("sim", which)["text"] == which * 10 for which in told["put"])
        assert all(objects.get(which) == content(which) for which in told["object"])
        count = table.get("sim", "counter")["n"]
        assert len(told["added"]) <= count <= len(told["added"]) + kills
        changes, after = Counter(), None
        while found := table.changes(after):
            changes.update(change.key[1] for change in found)
            after = found[-1].position
        assert changes["counter"] == count
        assert set(told["put"]) <= changes.keys()

        left = drained(stores.queue(QUEUE))
        assert len(left) == len(set(left))
        assert not set(left) & set(told["taken"])
        lost = set(told["sent"]) - set(told["taken"]) - set(left)
        assert lost <= set(told["taking"]), "these were neither left nor taken by anybody"
        assert len(told["taken"]) == len(set(told["taken"]))

        names, unfinished = files_of(tmp_path / "stores")
        assert not unfinished
        assert len(names) == len(list(objects.list()))
        whole = {info.key: info.size_bytes for info in objects.list()}
        assert set(whole.values()) == {40_000}
    for name in ("queues", "tables", "objects"):
        with closing(sqlite3.connect(tmp_path / "stores" / f"{name}.sqlite")) as connection:
            assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
