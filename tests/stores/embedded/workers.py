"""What several processes do to one store: `python -m tests.stores.embedded.workers WHAT DIRECTORY N`."""

import sys
from pathlib import Path

from ocs_sim.stores import ConditionFailed, ObjectExists, QueueSpec, StoreAddresses, TableSpec, open_stores

QUEUE = QueueSpec("shared-queue", lease_seconds=300)
TABLE = TableSpec("shared-table", "site")


def count(stores, number):
    """Add to one counter, and to another only as it was expected."""
    table = stores.table(TABLE)
    for _ in range(number):
        table.update(("added",), add={"n": 1}, must_exist=False)
    done = 0
    while done < number:
        seen = table.get("expected") or {"n": None}
        try:
            table.update(
                ("expected",), set={"n": (seen["n"] or 0) + 1}, expect={"n": seen["n"]}, must_exist=False
            )
            done += 1
        except ConditionFailed:
            continue


def take(stores, _):
    """Take messages until there are none; print them."""
    queue = stores.queue(QUEUE)
    # Other readers' leases hold up whole groups: nothing to be had for a moment is not the end.
    while messages := queue.receive(limit=3, wait_seconds=0.5):
        for message in messages:
            print(message.body)
            queue.acknowledge(message)


def claim(stores, number):
    """Put objects that others put too; print those which were ours."""
    for which in range(number):
        try:
            stores.objects.put(f"{which}", b"x", absent=True)
            print(which)
        except ObjectExists:
            pass


if __name__ == "__main__":
    what, directory, number = sys.argv[1:]
    with open_stores(StoreAddresses(Path(directory))) as opened:
        # Together, that they get in each other's way.
        print("ready", flush=True)
        sys.stdin.readline()
        {"count": count, "take": take, "claim": claim}[what](opened, int(number))
