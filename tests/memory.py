"""A place in memory, for tests that write much and do not ask what outlives a power cut."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a thousand small commits cost on a disk, which other tests use meanwhile, is not the question there.
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@contextmanager
def directory_in_memory() -> Iterator[Path]:
    """Give a directory in memory if the system has such, else on the disk."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as directory:
        yield Path(directory)
