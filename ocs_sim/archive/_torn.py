"""What follows the intact part of a journal is moved aside, never deleted."""

from __future__ import annotations

import os
from pathlib import Path

from ocs_sim.archive._paths import sync_directory


def set_aside(journal: Path, rest: bytes, unix_time: float) -> Path:
    """Write the torn rest of a journal to `{name}.torn-{unix time}` and return that path.

    Doing so twice leaves one file, so that it may be repeated after a kill.
    """
    for known in journal.parent.glob(f"{journal.name}.torn-*"):
        if known.read_bytes() == rest:
            return known
    target = _free(journal, int(unix_time))
    # One name for every attempt, so that one that was killed leaves nothing behind.
    partial = journal.with_name(f".{journal.name}.torn.partial")
    with partial.open("wb") as file:
        file.write(rest)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(target)
    sync_directory(journal.parent)
    return target


def _free(journal: Path, second: int) -> Path:
    while (target := journal.with_name(f"{journal.name}.torn-{second}")).exists():
        second += 1
    return target
