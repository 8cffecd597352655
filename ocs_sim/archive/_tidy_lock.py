"""One at a time repacks or prunes a directory; whoever records into it is not kept from doing so."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocs_sim.archive._errors import TidyingInUse

TIDY_LOCK_NAME = ".tidying"


@contextmanager
def tidying(directory: Path) -> Iterator[None]:
    """Hold the right to remove sealed files; raises TidyingInUse, OSError."""
    descriptor = os.open(directory / TIDY_LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TidyingInUse(directory=directory) from None
        yield
    finally:
        os.close(descriptor)
