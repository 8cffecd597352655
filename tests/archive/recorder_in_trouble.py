"""Publishes and records until its input ends, and says what troubles it.

python -m tests.archive.recorder_in_trouble DIRECTORY. Prints `trouble TEXT` when that changes and `durable N`
when the blocks below N are; at the end `published N`.
"""

import sys
import threading

from ocs_sim.archive import seal_in_child
from tests.archive.publishing import published
from tests.archive.recorder import open_recorder

PERIOD_SECONDS = 0.005
MOST_BLOCKS = 5_000


def main(directory):
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    # In a process of its own, as HDF5 ends the one in which it cannot write.
    recorder = open_recorder(directory, bytes_per_file=2**20, seal=seal_in_child)
    trouble, number, settled = "unknown", 0, (0, recorder.settled())
    while not ended.wait(PERIOD_SECONDS) and number < MOST_BLOCKS:
        recorder.offer(*published(number))
        number += 1
        if trouble != (trouble := recorder.trouble):
            print("trouble", trouble, flush=True)
        if settled[1].done():
            print("durable", settled[0], flush=True)
            settled = number, recorder.settled()
    recorder.settled().result(20)
    assert recorder.close() == []
    print("published", number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
