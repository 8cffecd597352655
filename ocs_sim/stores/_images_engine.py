"""Connections to the image database: SQLite's and PostgreSQL's, which then behave alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ocs_sim.stores._errors import BadStoreAddress, NotAStore, StoreError, StoreFull, StoreUnreachable
from ocs_sim.stores._images_errors import DriverMissing

_POSTGRES = "postgresql+psycopg"
_BUSY_SECONDS = 30
_CONNECT_SECONDS = 5
_WRITES = "obsbow_writes"


def make_engine(address: str | Path) -> Engine:
    """Return an engine for a URL, or for a path of an SQLite file; nothing is opened yet.

    Raises BadStoreAddress or DriverMissing.
    """
    url = URL.create("sqlite", database=str(address)) if isinstance(address, Path) else _url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": _CONNECT_SECONDS})
    except ImportError as error:
        raise DriverMissing(url=shown(url)) from error


def shown(url: URL) -> str:
    """Return a URL that may be read by anybody."""
    return url.render_as_string(hide_password=True)


def make_directory(engine: Engine) -> None:
    """Make the directory of an SQLite file; raises StoreUnreachable."""
    file = file_of(engine)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unreachable(engine, error.strerror or str(error)) from error


@contextmanager
def connected(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    """Give a connection in a transaction.

    Raises StoreUnreachable, StoreFull or NotAStore of a file, or StoreError for what is refused.
    """
    try:
        with engine.execution_options(**{_WRITES: writes}).begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise _store_error(engine, error) from error


def file_of(engine: Engine) -> Path | None:
    """Return the file that a database is in, if it is in one."""
    return Path(engine.url.database) if engine.dialect.name == "sqlite" and engine.url.database else None


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        # Not what was given: there may be a password in it.
        fault = "it is no URL such as postgresql+psycopg://user@host/database"
        raise BadStoreAddress(address="(hidden)", port="image database", fault=fault) from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername=_POSTGRES)
    if url.drivername not in ("sqlite", "sqlite+pysqlite", _POSTGRES):
        fault = f"{url.drivername!r} is neither sqlite nor {_POSTGRES}"
        raise BadStoreAddress(address=shown(url), port="image database", fault=fault)
    return url


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        fault = "it has to name a file, since several processes are to share it"
        raise BadStoreAddress(address=shown(url), port="image database", fault=fault)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    # Transactions are begun below: Python's sqlite3 would begin them late, and lose races.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "case_sensitive_like=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _store_error(engine: Engine, error: SQLAlchemyError) -> StoreError:
    path = file_of(engine)
    # The low byte is the kind of SQLite's error.
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF if isinstance(error, DatabaseError) else 0
    if path is not None and code == sqlite3.SQLITE_FULL:
        return StoreFull(path=path)
    if path is not None and code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return NotAStore(path=path, what="a whole SQLite file", fault=_line(error))
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return _unreachable(engine, _line(error))
    return StoreError(fault=_line(error))


def _unreachable(engine: Engine, fault: str) -> StoreUnreachable:
    return StoreUnreachable(store=f"The image database {shown(engine.url)}", fault=fault)


def _line(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return " ".join(str(cause).split()).rstrip(".") or type(cause).__name__
