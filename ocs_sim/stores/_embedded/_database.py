"""An SQLite file that several threads and processes write at once."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.stores._embedded._faults import BUSY_SECONDS, explained
from ocs_sim.stores._errors import NotAStore, StoreBusy, StoreError, StoreTooNew
from ocs_sim.stores._identity import FileIdentity

_IDLE_CONNECTIONS = 8
_RETRY_SECONDS = 0.01
# What is left of the write-ahead log when all of it has gone into the file.
_LOG_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """What a file of ours holds: `application_id` marks it as ours, `version` says how it is laid out."""

    name: str
    application_id: int
    version: int
    schema: tuple[str, ...]


class Database:
    """Connections to one file, each for one thread at a time; what is written is on the disk."""

    def __init__(self, path: Path, file_format: Format) -> None:
        """Open a file, or make it. Raises StoreReadOnly, NotAStore, StoreTooNew, StoreFull, StoreBusy."""
        self.path = path
        self._format = file_format
        self._idle: deque[sqlite3.Connection] = deque()
        # SQLite's own waiting polls, and is unfair: threads of one process need not go through it.
        self._writing = threading.Lock()
        self._closed = threading.Event()
        self._identity: FileIdentity | None = None
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with self._connection() as connection:
                    self._prepare(connection)
                self._identity = FileIdentity(path)
            except BaseException:
                self.close()
                raise

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for statements that each see what was committed before them."""
        with explained(self.path), self._connection() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for a transaction of which all is kept, or nothing if an error leaves it."""
        with explained(self.path), self._writing, self._connection() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("rollback")
                raise

    def close(self) -> None:
        """Close the connections; those in use are closed by whoever uses them."""
        self._closed.set()
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        if self._closed.is_set():
            raise StoreError(fault=f"{self.path} has been closed")
        # Of a file that was removed SQLite goes on writing what nobody will ever read.
        if self._identity is not None:
            self._identity.check()
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connected()
        try:
            yield connection
        finally:
            self._put_back(connection)

    def _put_back(self, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)
        if self._closed.is_set():
            self.close()
        elif len(self._idle) > _IDLE_CONNECTIONS:
            with contextlib.suppress(IndexError):
                self._idle.popleft().close()

    def _connected(self) -> sqlite3.Connection:
        connection = connect(self.path)
        try:
            connection.execute("pragma synchronous = full")
            connection.execute(f"pragma journal_size_limit = {_LOG_BYTES}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # In one transaction: another process may be making it right now.
        connection.execute("begin")
        try:
            version = self._version(connection)
        finally:
            connection.execute("rollback")
        if version == self._format.version:
            return
        _write_ahead(connection, self.path)
        connection.execute("begin immediate")
        # Another process may have made it in between.
        if self._version(connection) != self._format.version:
            for statement in self._format.schema:
                connection.execute(statement)
            connection.execute(f"pragma application_id = {self._format.application_id}")
            connection.execute(f"pragma user_version = {self._format.version}")
        connection.execute("commit")

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the version of the layout, 0 in a new file. Raises NotAStore, StoreTooNew."""
        version = int(connection.execute("pragma user_version").fetchone()[0])
        (mark,) = connection.execute("pragma application_id").fetchone()
        (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
        if tables and mark != self._format.application_id:
            fault = "it belongs to another program"
            raise NotAStore(path=self.path, what=f"a file of {self._format.name}", fault=fault)
        if version > self._format.version:
            raise StoreTooNew(path=self.path, found=version, known=self._format.version)
        return version


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that any thread may use, one at a time, and that begins no transactions by itself."""
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself while another process does so."""
    deadline = time.monotonic() + BUSY_SECONDS
    while time.monotonic() < deadline:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return
    raise StoreBusy(path=path, seconds=BUSY_SECONDS)
