"""Writers that may be killed at any moment: `python -m tests.stores.embedded.writers DIRECTORY`.

For each line `NAME` on its input a writer is forked, its pid printed, and its death printed. A writer appends
what it knows to be done to `DIRECTORY/told-NAME`, right after the call that did it has returned.
"""

import os
import sys
from pathlib import Path

from ocs_sim.stores import QueueSpec, StoreAddresses, TableSpec, open_stores

QUEUE = QueueSpec("crash-queue", lease_seconds=60)
TABLE = TableSpec("crash-table", "site", "ulid", changes=True)


def content(name: str) -> bytes:
    """Return what an object of that name holds: 40 kB."""
    return (name.encode() * 40_000)[:40_000]


def write_on(directory: Path, name: str) -> None:
    stores = open_stores(StoreAddresses(directory / "stores"))
    queue, table, objects = stores.queue(QUEUE), stores.table(TABLE), stores.objects
    told = os.open(directory / f"told-{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(what: str, which: str) -> None:
        os.write(told, f"{what} {which}\n".encode())

    # Not for ever: nobody would kill it if the test itself were killed.
    for number in range(1000):
        which = f"{name}-{number}"
        queue.send(which, group=name, deduplication_id=which)
        tell("sent", which)
        table.put({"site": "sim", "ulid": which, "text": which * 10})
        tell("put", which)
        table.update(("sim", "counter"), add={"n": 1}, must_exist=False)
        tell("added", which)
        objects.put(which, content(which))
        tell("object", which)
        objects.put("shared", content(which))
        for message in queue.receive():
            tell("taking", message.body)
            queue.acknowledge(message)
            tell("taken", message.body)


def main(directory: Path) -> None:
    for line in sys.stdin:
        writer = os.fork()
        if not writer:
            write_on(directory, line.strip())
            os._exit(0)
        print(writer, flush=True)
        os.waitpid(writer, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
