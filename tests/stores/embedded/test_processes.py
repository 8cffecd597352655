"""Several processes on one store, begun together on a directory that is not there yet."""

import subprocess
import sys
from pathlib import Path

import pytest

from ocs_sim.stores import Depth, open_stores
from tests.stores.embedded.workers import QUEUE, TABLE

ROOT = Path(__file__).parents[3]
PROCESSES = 4
pytestmark = pytest.mark.integration


def together(addresses, what, number):
    """Return what each process printed."""
    command = [
        sys.executable,
        "-m",
        "tests.stores.embedded.workers",
        what,
        str(addresses.directory),
        str(number),
    ]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    try:
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate(timeout=60)[0].split() for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
    assert [process.returncode for process in running] == [0] * PROCESSES
    return printed


def test_a_counter_is_exact(addresses):
    together(addresses, "count", 40)
    with open_stores(addresses) as stores:
        table = stores.table(TABLE)
        assert table.get("added")["n"] == PROCESSES * 40
        assert table.get("expected")["n"] == PROCESSES * 40


def test_each_message_is_taken_once(addresses):
    with open_stores(addresses) as stores:
        queue = stores.queue(QUEUE)
        for number in range(100):
            queue.send(f"{number}", group=f"{number % 7}", deduplication_id=f"{number}")
        taken = [body for printed in together(addresses, "take", 0) for body in printed]
        assert sorted(taken, key=int) == [f"{number}" for number in range(100)]
        assert queue.depth() == Depth(0, 0)


def test_an_object_is_put_by_one(addresses):
    ours = [which for printed in together(addresses, "claim", 30) for which in printed]
    assert sorted(ours, key=int) == [f"{number}" for number in range(30)]
