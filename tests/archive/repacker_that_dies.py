"""Repacks, and kills itself with SIGKILL at the n-th step: python repacker_that_dies.py DIRECTORY SPAN N."""

import os
import signal
import sys
from pathlib import Path

import h5py

from ocs_sim.archive import RepackOptions, repack

STEPS = [
    (os, "fsync"),
    (os, "utime"),
    (Path, "rename"),
    (Path, "unlink"),
    (Path, "rmdir"),
    (h5py.File, "close"),
]


def main(directory, span, last):
    left = iter(range(last, -2, -1))

    def dying(function):
        def step(*arguments, **options):
            # Before the step; its effect is then missing.
            if next(left, -1) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return step

    for owner, name in STEPS:
        setattr(owner, name, dying(getattr(owner, name)))
    repack(Path(directory), RepackOptions(span_seconds=span))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
