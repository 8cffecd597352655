"""Recording images in an SQLite file without SQLAlchemy, which would be 15 MB of a site's process."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.stores._identity import FileIdentity
from ocs_sim.stores._images_record import ImageRecord
from ocs_sim.stores._images_rows import FLAGS, VERSION, as_row, naive

_BUSY_SECONDS = 30
# What _images_schema makes, word by word: a test compares them.
_TABLES = (
    "CREATE TABLE images (\n\t"
    "image_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, \n\t"
    "base_filename TEXT NOT NULL, \n\t"
    "data_type TEXT NOT NULL, \n\t"
    "site TEXT NOT NULL, \n\t"
    "directory TEXT, \n\t"
    "capture_date DATETIME NOT NULL, \n\t"
    "sort_date DATETIME NOT NULL, \n\t"
    "right_ascension DOUBLE, \n\t"
    "declination DOUBLE, \n\t"
    "altitude DOUBLE, \n\t"
    "azimuth DOUBLE, \n\t"
    "filter_used TEXT, \n\t"
    "airmass DOUBLE, \n\t"
    "exposure_time DOUBLE, \n\t"
    "username TEXT, \n\t"
    "user_id TEXT, \n\t"
    "header TEXT, \n\t"
    "fits_01_exists BOOLEAN DEFAULT 0 NOT NULL, \n\t"
    "fits_10_exists BOOLEAN DEFAULT 0 NOT NULL, \n\t"
    "jpg_medium_exists BOOLEAN DEFAULT 0 NOT NULL, \n\t"
    "jpg_small_exists BOOLEAN DEFAULT 0 NOT NULL, \n\t"
    "UNIQUE (base_filename)\n)",
    "CREATE TABLE images_schema (\n\tversion INTEGER NOT NULL\n)",
    "CREATE INDEX images_site_sort_date ON images (site, sort_date)",
    "CREATE INDEX images_user_id_sort_date ON images (user_id, sort_date)",
    "CREATE INDEX images_sort_date ON images (sort_date)",
    "CREATE INDEX images_capture_date ON images (capture_date)",
    f"INSERT INTO images_schema (version) VALUES ({VERSION})",  # noqa: S608 - a number of ours
)


class SqliteRecorder:
    """Records where all is well; ImageDatabase knows what to say of what is not."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Record in the file at `path`, which is made when it is first used."""
        self._path = path
        self._clock = clock
        self._file: FileIdentity | None = None

    def record(self, record: ImageRecord) -> bool:
        """Write as ImageDatabase.record does; False when that has to be asked. Raises StoreGone."""
        if self._file is not None:
            self._file.check()
        try:
            written = self._written(as_row(record))
        except (sqlite3.Error, OSError):
            return False
        if written and self._file is None:
            self._file = FileIdentity(self._path)
        return written

    def _written(self, row: dict[str, Any]) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}").close()
            if not _are_ours(connection):
                return False
            now = naive(datetime.fromtimestamp(self._clock.time(), UTC))
            values = {"capture_date": now, "sort_date": now, **row}
            connection.execute(_upsert(values, row), {name: _stored(each) for name, each in values.items()})
            return True


def _are_ours(connection: sqlite3.Connection) -> bool:
    """Make the tables where there are none; return whether they are those that this program knows."""
    if not _tables(connection):
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have been faster. What fails leaves nothing: the connection is closed then.
        for statement in () if _tables(connection) else _TABLES:
            connection.execute(statement)
        connection.execute("COMMIT")
    return connection.execute("SELECT version FROM images_schema").fetchall() == [(VERSION,)]


def _tables(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return count


def _upsert(values: dict[str, Any], row: dict[str, Any]) -> str:
    """Return the statement; the names are those of columns, from ImageRecord."""
    changed = [f"{name} = excluded.{name}" for name in row if name not in {"base_filename", *FLAGS}]
    changed += [f"{name} = images.{name} OR excluded.{name}" for name in FLAGS]
    columns, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    return (
        f"INSERT INTO images ({columns}) VALUES ({places}) "  # noqa: S608 - nothing that anybody gave
        f"ON CONFLICT (base_filename) DO UPDATE SET {', '.join(changed)}"
    )


def _stored(value: Any) -> Any:
    """Return a value as SQLAlchemy stores it."""
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value
