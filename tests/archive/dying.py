"""Kills a program at its n-th step, for each n: what it leaves is for the next one to go on from."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import traceback
from pathlib import Path

import h5py

ROOT = Path(__file__).parents[2]
STEPS = [
    (os, "open"),
    (os, "pwrite"),
    (os, "fdatasync"),
    (os, "fsync"),
    (os, "ftruncate"),
    (os, "utime"),
    (Path, "rename"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (Path, "rmdir"),
    (h5py.File, "close"),
]


def killed_at_each_step(program, template, scratch):
    """Run a module of this package that does no more than `at_each_step`.

    Returns the directories that it left: SCRATCH/n was killed at step n, the last one not at all.
    """
    command = [sys.executable, "-m", f"tests.archive.{program}", str(template), str(scratch)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.returncode == 0
    return [scratch / str(number) for number in range(int(done.stdout) + 1)]


def at_each_step(live, template, scratch):
    """Call `live(directory)` in a child with a copy of `template`, killed at its first, second, ... step."""
    for last in itertools.count():
        directory = Path(scratch) / str(last)
        shutil.copytree(template, directory)
        child = os.fork()
        if not child:
            _live_until(live, directory, last)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            print(last)
            sys.exit(os.WEXITSTATUS(status))


def _live_until(live, directory, last):
    code = 99
    try:
        _die_at(last)
        code = live(directory)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code or 0)


def _die_at(last):
    numbers = itertools.count()

    def dying(name, function):
        def step(*arguments, **options):
            if next(numbers) == last:
                if name == "pwrite":
                    # Half of it reaches the disk.
                    descriptor, data, offset = arguments
                    function(descriptor, data[: len(data) // 2], offset)
                os.kill(os.getpid(), signal.SIGKILL)
            # What was written outlives a process that is killed; waiting for the disk only takes time.
            return None if name.endswith("sync") else function(*arguments, **options)

        return step

    for owner, name in STEPS:
        setattr(owner, name, dying(name, getattr(owner, name)))
