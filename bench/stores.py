"""The embedded stores: calls a second by one thread, then by several processes on one file.

Beside them stands what a prototype of the same ports did, written down when these were designed: with each
commit on the disk, and the same calls by boto3 of an emulator. They are of another run; the disk's own speed,
measured first, says how far they can be compared.
"""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench._tools import row
from ocs_sim.stores import IndexSpec, QueueSpec, StoreAddresses, Stores, TableSpec, open_stores

SECONDS = 0.3 if os.environ.get("BENCH_QUICK") else 1.5
PROCESSES = 4
QUEUE = QueueSpec("bench")
# Without changes, as the prototype's; jobs keep theirs.
TABLE = TableSpec("bench", "site", "ulid", {"StatusId": IndexSpec("site", "statusId")})
JOBS = TableSpec("bench-jobs", "site", "ulid", {"StatusId": IndexSpec("site", "statusId")}, changes=True)
# Of the prototype: (embedded, boto3 of MiniStack), and 4 KB written and synchronized as often a second.
THEN = {
    "queue send 500 B": (4595, 740),
    "queue receive + acknowledge": (1961, 412),
    "document put 300 B": (6647, 867),
    "document put 300 B, with changes": (None, None),
    "document get": (130986, 965),
    "conditional update": (6010, 673),
    "query 10, reverse": (20001, 117),
    "index query 10": (19317, 55),
    "put many (documents)": (63527, 4222),
    "object put 10 kB": (1143, 318),
    "object get 10 kB": (40086, 627),
    "object put 32 MB": (13, 6),
    "object get 32 MB": (61, 16),
    "signed link": (162655, 7676),
}
DISK_THEN = 5900
PROCESSES_THEN = {"send": 4464, "update": 6332}


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as directory:
        results: dict[str, object] = {"disk": _disk(Path(directory))}
        row("4 KB written and synchronized", now=results["disk"], then=DISK_THEN)
        with open_stores(StoreAddresses(Path(directory))) as stores:
            results["one thread"] = _one_thread(stores)
            results["waiting reader, % of a core"] = _waiting(stores)
            row("waiting reader", percent_of_a_core=results["waiting reader, % of a core"], then=0.22)
        results["processes"] = _processes(Path(directory))
    return results


def _disk(directory: Path) -> int:
    with (directory / "plain").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())

        return round(_rate(write))


def _rate(call: Callable[[], object], at_once: int = 1) -> float:
    """Return how often a second something can be called."""
    began = time.perf_counter()
    for number in itertools.count(1):
        call()
        took = time.perf_counter() - began
        if took >= SECONDS:
            return at_once * number / took
    raise AssertionError


def _one_thread(stores: Stores) -> dict[str, int]:
    calls = {**_queue_calls(stores), **_table_calls(stores), **_object_calls(stores)}
    results = {}
    for name, (call, at_once) in calls.items():
        results[name] = round(_rate(call, at_once))
        embedded, emulated = THEN[name]
        row(name, now=results[name], then=embedded, boto3_then=emulated)
    return results


def _queue_calls(stores: Stores) -> dict[str, tuple[Callable[[], object], int]]:
    queue, body, numbers = stores.queue(QUEUE), "x" * 500, itertools.count()

    def send() -> None:
        number = next(numbers)
        queue.send(body, group=f"{number % 10}", deduplication_id=f"{number}")

    def receive() -> None:
        (message,) = queue.receive()
        queue.acknowledge(message)

    return {"queue send 500 B": (send, 1), "queue receive + acknowledge": (receive, 1)}


def _table_calls(stores: Stores) -> dict[str, tuple[Callable[[], object], int]]:
    table, jobs, numbers = stores.table(TABLE), stores.table(JOBS), itertools.count()

    def document() -> dict[str, object]:
        number = next(numbers)
        return {"site": "sim", "ulid": f"{number:010}", "statusId": f"UNREAD#{number:010}", "text": "x" * 220}

    def update() -> None:
        seen = table.get("sim", "counter") or {"n": None}
        table.update(
            ("sim", "counter"), set={"n": (seen["n"] or 0) + 1}, expect={"n": seen["n"]}, must_exist=False
        )

    return {
        "document put 300 B": (lambda: table.put(document()), 1),
        "document put 300 B, with changes": (lambda: jobs.put(document()), 1),
        "document get": (lambda: table.get("sim", "0000000500"), 1),
        "conditional update": (update, 1),
        "query 10, reverse": (lambda: table.query("sim", reverse=True, limit=10), 1),
        "index query 10": (lambda: table.query("sim", index="StatusId", prefix="UNREAD#", limit=10), 1),
        "put many (documents)": (lambda: table.put_many(document() for _ in range(500)), 500),
    }


def _object_calls(stores: Stores) -> dict[str, tuple[Callable[[], object], int]]:
    objects, numbers, small, large = (
        stores.objects,
        itertools.count(),
        os.urandom(10_000),
        os.urandom(32_000_000),
    )
    objects.put("small", small)
    return {
        "object put 10 kB": (lambda: objects.put(f"{next(numbers)}", small), 1),
        "object get 10 kB": (lambda: objects.get("small"), 1),
        "object put 32 MB": (lambda: objects.put("large", large), 1),
        "object get 32 MB": (lambda: objects.get("large"), 1),
        "signed link": (lambda: objects.link("small"), 1),
    }


def _waiting(stores: Stores) -> float:
    """Return what a reader of an empty queue takes of a core."""
    queue = stores.queue(QueueSpec("bench-empty"))
    seconds = 2 if os.environ.get("BENCH_QUICK") else 10
    began = time.process_time()
    queue.receive(wait_seconds=seconds)
    return round((time.process_time() - began) / seconds * 100, 2)


def _processes(directory: Path) -> dict[str, int]:
    results = {}
    for what, then in PROCESSES_THEN.items():
        command = [sys.executable, "-m", "bench.stores", what, str(directory)]
        running = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]
        for process in running:
            process.stdout.readline()
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        results[what] = round(sum(float(process.communicate()[0]) for process in running))
        row(f"{PROCESSES} processes: {what}", now=results[what], then=then)
    return results


def _one_process(what: str, directory: Path) -> None:
    with open_stores(StoreAddresses(directory)) as stores:
        queue, table, numbers = stores.queue(QUEUE), stores.table(TABLE), itertools.count()
        calls = {
            "send": lambda: queue.send(
                "x" * 500, group="g", deduplication_id=f"{os.getpid()}-{next(numbers)}"
            ),
            "update": lambda: table.update(("sim", "shared"), add={"n": 1}, must_exist=False),
        }
        print("ready", flush=True)
        sys.stdin.readline()
        print(_rate(calls[what]))


if __name__ == "__main__":
    _one_process(sys.argv[1], Path(sys.argv[2]))
