"""Recovers, records and seals, killed at the n-th step, for each n.

python -m tests.archive.recorder_that_dies TEMPLATE SCRATCH: each time it starts from a copy of TEMPLATE,
which it leaves in SCRATCH/n; the last one is not killed.
"""

import itertools
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path

import h5py

from tests.archive.making import HandClock
from tests.archive.publishing import published
from tests.archive.recorder import open_recorder, replay

STEPS = [
    (os, "open"),
    (os, "pwrite"),
    (os, "fdatasync"),
    (os, "fsync"),
    (os, "ftruncate"),
    (Path, "rename"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (h5py.File, "close"),
]
UPTO = 80


def die_at(last):
    numbers = itertools.count()

    def dying(name, function):
        def step(*arguments, **options):
            if next(numbers) == last:
                if name == "pwrite":
                    # Half of it reaches the disk.
                    descriptor, data, offset = arguments
                    function(descriptor, data[: len(data) // 2], offset)
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return step

    for owner, name in STEPS:
        setattr(owner, name, dying(name, getattr(owner, name)))


def live(directory, last):
    die_at(last)
    recorder = open_recorder(directory, HandClock(), bytes_per_file=5_000)
    replay(recorder, UPTO // 2)
    for number in range(UPTO // 2, UPTO, 10):
        for publication in published(*range(number, number + 10)):
            recorder.offer(publication)
        recorder.settled().result(30)
    unsealed = recorder.close()
    os._exit(len(unsealed))


def main(template, scratch):
    for last in itertools.count():
        directory = Path(scratch) / str(last)
        shutil.copytree(template, directory)
        child = os.fork()
        if not child:
            try:
                live(directory, last)
            finally:
                traceback.print_exc()
                os._exit(99)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            print(last)
            sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
