"""Records until it is killed: python -m tests.archive.recorder DIRECTORY PUBLISHED.

It is a publisher too, of which PUBLISHED blocks came before: what of these is missing is replayed first.
Prints `published N` before and `durable N` after the blocks below N are recorded.
"""

import sys
from pathlib import Path

from ocs_sim.archive import ArchiveWriter, Recorder, RecorderLimits, seal
from ocs_sim.archive._sealed_ledger import newest_ledger
from ocs_sim.clock import SystemClock
from tests.archive.publishing import BOOT, FEED, published

BATCH = 20


def open_recorder(directory, clock=None, bytes_per_file=60_000, seal=seal):
    clock = clock or SystemClock()

    def open_writer():
        return ArchiveWriter(
            Path(directory),
            clock=clock,
            seal=seal,
            read_sealed=newest_ledger,
            bytes_per_file=bytes_per_file,
            site="kill",
        )

    recorder = Recorder(open_writer, clock, RecorderLimits(sync_seconds=0.002))
    recorder.start()
    return recorder


def replay(recorder, upto):
    """Offer again what the archive does not have."""
    recorder.settled().result(30)
    for first, last in recorder.ledger.holes(FEED, BOOT, upto):
        for publication in published(*range(first, last + 1)):
            recorder.offer(publication, replayed=True)
    recorder.settled().result(30)


def main(directory, number):
    recorder = open_recorder(directory)
    replay(recorder, number)
    print(f"durable {number}", flush=True)
    while True:
        print(f"published {number + BATCH}", flush=True)
        for publication in published(*range(number, number + BATCH)):
            recorder.offer(publication)
        number += BATCH
        recorder.settled().result(30)
        print(f"durable {number}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
