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


class SqliteRecorder:
    """Records where all is well; ImageDatabase makes tables, and knows what to say of what is not."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Record in the file at `path`, once it is there."""
        self._path = path
        self._clock = clock
        self._file: FileIdentity | None = None

    def record(self, record: ImageRecord) -> bool:
        """Write as ImageDatabase.record does; False when that has to be asked. Raises StoreGone."""
        if self._file is not None:
            self._file.check()
        try:
            written = self._written(as_row(record))
        except sqlite3.Error:
            return False
        if written and self._file is None:
            self._file = FileIdentity(self._path)
        return written

    def _written(self, row: dict[str, Any]) -> bool:
        # Not to be made here: `rw` opens what is there.
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        with closing(
            sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            if connection.execute("SELECT version FROM images_schema").fetchall() != [(VERSION,)]:
                return False
            now = naive(datetime.fromtimestamp(self._clock.time(), UTC))
            values = {"capture_date": now, "sort_date": now, **row}
            connection.execute(_upsert(values, row), {name: _stored(each) for name, each in values.items()})
            return True


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
