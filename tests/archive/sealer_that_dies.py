"""Seals a journal, and kills itself with SIGKILL at the n-th step: python sealer_that_dies.py JOURNAL N."""

import os
import signal
import sys
from pathlib import Path

import h5py

from ocs_sim.archive import seal

STEPS = [
    (os, "open"),
    (os, "fsync"),
    (Path, "rename"),
    (Path, "unlink"),
    (h5py, "File"),
    (h5py.File, "close"),
]


def main(journal, last):
    left = iter(range(last, -1, -1))

    def dying(function):
        def step(*arguments, **options):
            # Before the step; its effect is then missing.
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return step

    for owner, name in STEPS:
        if name == "File":
            continue
        setattr(owner, name, dying(getattr(owner, name)))
    seal(Path(journal))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
