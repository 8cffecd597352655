"""What SQLite and the file system complain of, in the words of a store."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ocs_sim.stores._errors import NotAStore, StoreBusy, StoreError, StoreFull, StoreReadOnly

BUSY_SECONDS = 30
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise what goes wrong with a file as a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    except OSError as error:
        raise _file_error(error, path) from error


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """Return what SQLite complains of as a StoreError."""
    # The low byte is the kind of error, the others say more about it.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(path=path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy(path=path, seconds=BUSY_SECONDS)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StoreReadOnly(path=path, fault=error)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return NotAStore(path=path, what="a whole SQLite file", fault=error)
    return StoreError(fault=f"{path}: {error}")


def _file_error(error: OSError, path: Path) -> StoreError:
    if error.errno in _FULL:
        return StoreFull(path=path)
    if error.errno in _FORBIDDEN:
        return StoreReadOnly(path=path, fault=error)
    return StoreError(fault=f"{path}: {error}")
