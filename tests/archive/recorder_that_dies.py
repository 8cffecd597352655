"""Recovers, records and seals, killed at the n-th step, for each n."""

import sys

from tests.archive.dying import at_each_step
from tests.archive.making import HandClock
from tests.archive.publishing import published
from tests.archive.recorder import open_recorder, replay

UPTO = 80


def live(directory):
    recorder = open_recorder(directory, HandClock(), bytes_per_file=5_000)
    replay(recorder, UPTO // 2)
    for number in range(UPTO // 2, UPTO, 10):
        for publication in published(*range(number, number + 10)):
            recorder.offer(publication)
        recorder.settled().result(30)
    return len(recorder.close())


if __name__ == "__main__":
    at_each_step(live, *sys.argv[1:])
