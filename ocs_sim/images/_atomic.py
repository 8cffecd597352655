"""Files that are whole or not there: written under a hidden name, synchronised, then given their name.

Source of the order: pillai et al., "All file systems are not created equal", OSDI 2014: the file's bytes
first, then its name, then the directory. The writer holds a lock on the hidden file, so that what a killed
one has left can be told from what is being written.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ocs_sim.images._errors import ImageExists, NotWritten

PART = ".part"
# numpy tells only how many of the pixels it has written.
_NO_REASON = "the disk took a part of it only; it may be full"


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Give a file to write to, which is called `path` once the block has ended well.

    Raises ImageExists, or NotWritten when the disk is full or the directory is not there.
    """
    if not overwrite and path.exists():
        raise ImageExists(path=path)
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with _locked(hidden) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(hidden, path, overwrite=overwrite)
        synchronise_directory(path.parent)
    except OSError as error:
        raise NotWritten(path=path, reason=error.strerror or _NO_REASON) from error
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)


def _locked(hidden: Path) -> BinaryIO:
    while True:
        file = hidden.open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        # Whoever removes leftovers may have taken it for one before the lock was there.
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


def _name(hidden: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        hidden.replace(path)
        return
    try:
        # Unlike a rename, a link never takes the name of what another process has just written.
        os.link(hidden, path)
        hidden.unlink()
    except FileExistsError as error:
        raise ImageExists(path=path) from error
    except OSError:
        hidden.replace(path)


def synchronise_directory(directory: Path) -> None:
    """Make the names in a directory survive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(directory: Path) -> list[Path]:
    """Remove what killed writers have left in a directory, and return it; what is being written stays."""
    removed = []
    for part in directory.glob(f".*{PART}"):
        with suppress(OSError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
            removed.append(part)
    return removed
