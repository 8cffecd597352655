"""Names of the archive's files: `{first 5 digits of unix time}/{unix time}.h5` and what stands beside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

JOURNAL = ".journal"
SEALED = ".h5"
_DIGITS = 5


def free_stem(directory: Path, unix_time: float) -> Path:
    """Return `directory/17636/1763640000` or, when that is taken, the next second that is free."""
    second = max(int(unix_time), 0)
    while True:
        stem = directory / str(second)[:_DIGITS] / str(second)
        taken = (stem.with_suffix(JOURNAL), stem.with_suffix(SEALED), partial_of(stem))
        if not any(path.exists() for path in taken):
            return stem
        second += 1


def partial_of(path: Path) -> Path:
    """Return the hidden file in which the HDF5 of a journal is built."""
    return path.with_name(f".{path.stem}.h5.sealing")


def sync_directory(directory: Path) -> None:
    """Make names that were created, renamed or removed in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(directory: Path, suffix: str) -> Iterator[Path]:
    try:
        days = [Path(entry.path) for entry in os.scandir(directory) if entry.name.isdigit()]
    except (FileNotFoundError, NotADirectoryError):
        return
    for day in days:
        for entry in os.scandir(day):
            if entry.name.endswith(suffix) and not entry.name.startswith("."):
                yield Path(entry.path)


def journals(directory: Path) -> list[Path]:
    """Return the journals that are not sealed yet, oldest name first."""
    return sorted(_files(directory, JOURNAL), key=_age)


def sealed_files(directory: Path) -> list[Path]:
    """Return the sealed files, oldest name first."""
    return sorted(_files(directory, SEALED), key=_age)


def torn_files(directory: Path) -> list[Path]:
    """Return what was moved aside because it was not intact."""
    days = (day for day in directory.glob("[0-9]*") if day.is_dir())
    return sorted(path for day in days for path in day.glob("*.torn-*"))


def _age(path: Path) -> tuple[int, str]:
    return (int(path.stem) if path.stem.isdigit() else 0, path.name)
