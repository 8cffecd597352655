"""Which images are to be stored, are, or cannot be: in a file that outlives the agent."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from ocs_sim.remote import LastImage

from ._errors import JournalFailed

_WAITING, _STORED, _REFUSED = "waiting", "stored", "refused"
_TABLES = """
    CREATE TABLE IF NOT EXISTS images (path TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS images_state ON images (state);
    CREATE TABLE IF NOT EXISTS latest (only INTEGER PRIMARY KEY CHECK (only = 1), image TEXT NOT NULL);
"""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY_SECONDS = 5


class Journal:
    """A file of one agent, used by one thread; all raises JournalFailed.

    A damaged one is set aside and begun anew: storing an image twice is storing it once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def add(self, paths: Iterable[Path]) -> None:
        """Note images that are to be stored, unless they were noted before."""
        rows = [(str(path), path.name, _WAITING) for path in paths]
        with self._open() as connection:
            connection.executemany("INSERT OR IGNORE INTO images VALUES (?, ?, ?)", rows)

    def waiting(self) -> list[Path]:
        """Return the images that are to be stored, the latest names first."""
        with self._open() as connection:
            query = "SELECT path FROM images WHERE state = ? ORDER BY name DESC"
            return [Path(path) for (path,) in connection.execute(query, (_WAITING,))]

    def counts(self) -> tuple[int, int, int]:
        """Return how many images are stored, wait, and were refused."""
        with self._open() as connection:
            found = Counter(dict(connection.execute("SELECT state, count(*) FROM images GROUP BY state")))
        return found[_STORED], found[_WAITING], found[_REFUSED]

    def stored(self, path: Path, latest: LastImage) -> None:
        """Note that an image is stored, and which is the latest now."""
        with self._open() as connection:
            self._set(connection, path, _STORED)
            connection.execute("INSERT OR REPLACE INTO latest VALUES (1, ?)", (json.dumps(asdict(latest)),))

    def refused(self, path: Path) -> None:
        """Note that an image cannot be stored; it is tried again after `forgive`."""
        with self._open() as connection:
            self._set(connection, path, _REFUSED)

    def forgive(self) -> None:
        """Let what was refused wait again."""
        with self._open() as connection:
            connection.execute("UPDATE images SET state = ? WHERE state = ?", (_WAITING, _REFUSED))

    def gone(self, path: Path) -> None:
        """Forget an image."""
        with self._open() as connection:
            connection.execute("DELETE FROM images WHERE path = ?", (str(path),))

    def latest(self) -> LastImage | None:
        """Return the latest image that was stored."""
        with self._open() as connection:
            row = connection.execute("SELECT image FROM latest").fetchone()
        return None if row is None else LastImage(**json.loads(row[0]))

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _set(self, connection: sqlite3.Connection, path: Path, state: str) -> None:
        connection.execute("UPDATE images SET state = ? WHERE path = ?", (state, str(path)))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection = self._connection or self._opened()
            with self._connection as connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise JournalFailed(path=self._path, fault=str(error)) from error

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in _DAMAGED:
                raise
            self._path.replace(self._path.with_name(self._path.name + ".damaged"))
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            connection.executescript(f"PRAGMA synchronous = FULL; {_TABLES}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
