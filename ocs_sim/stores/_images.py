"""The image database: SQLite in a file, or PostgreSQL by URL, through SQLAlchemy Core."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Table, or_, select

from ocs_sim.clock import Clock, SystemClock
from ocs_sim.stores._identity import FileIdentity
from ocs_sim.stores._images_engine import connected, file_of, make_directory, make_engine, shown
from ocs_sim.stores._images_queries import filtered, newest_of_each_site
from ocs_sim.stores._images_record import ImageFilter, ImageRecord, is_storable
from ocs_sim.stores._images_rows import FLAGS, as_record, as_row, naive
from ocs_sim.stores._images_schema import IMAGES, make_schema

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    _Insert = Callable[[Table], sqlite.Insert | postgresql.Insert]

__all__ = ["ImageDatabase", "ImageFilter", "ImageRecord"]


class ImageDatabase:
    """What images there are. For any number of threads and processes; all raises StoreError.

    Tables are made when it is first used, and WrongSchema is raised when others are there. StoreUnreachable
    is raised while the database does not answer; the next call tries again. StoreGone is raised when the
    file was removed.
    """

    def __init__(self, url: str | Path, clock: Clock | None = None) -> None:
        """Prepare to use a database: an SQLAlchemy URL, or the path of an SQLite file.

        Raises BadStoreAddress, or DriverMissing when PostgreSQL is wanted and psycopg is not installed.
        """
        self._engine = make_engine(url)
        self._clock = clock or SystemClock()
        self._insert = _insert_of(self._engine.dialect.name)
        self._lock = threading.Lock()
        self._is_made = False
        self._file: FileIdentity | None = None

    @property
    def url(self) -> str:
        """Where the database is, without the password."""
        return shown(self._engine.url)

    def record(self, record: ImageRecord) -> None:
        """Write what is known of an image: what None is stays as it was, files that were there stay there."""
        row = as_row(record)
        insert = self._insert(IMAGES).values({**self._dates(), **row})
        changed: dict[str, Any] = {name: insert.excluded[name] for name in row if name != "base_filename"}
        changed |= {name: or_(IMAGES.c[name], insert.excluded[name]) for name in FLAGS}
        upsert = insert.on_conflict_do_update(index_elements=["base_filename"], set_=changed)
        self._make()
        with connected(self._engine, writes=True) as connection:
            connection.execute(upsert)

    def get(self, base_filename: str) -> ImageRecord | None:
        """Return an image, whichever files of it are there."""
        if not is_storable(base_filename):
            return None
        found = self._records(select(IMAGES).where(IMAGES.c.base_filename == base_filename))
        return found[0] if found else None

    def latest(self, site: str, limit: int, user_id: str | None = None) -> list[ImageRecord]:
        """Return the newest images of a site that have a display picture, perhaps of one user only."""
        return self.filtered(ImageFilter(site=site, user_id=user_id), limit)

    def latest_of_each_site(self) -> dict[str, ImageRecord]:
        """Return the newest image with a display picture of each site that has one."""
        return {each.site: each for each in self._records(newest_of_each_site())}

    def filtered(self, wanted: ImageFilter, limit: int | None = None) -> list[ImageRecord]:
        """Return the images with a display picture for which all holds, newest first; all without `limit`."""
        query = filtered(wanted)
        return self._records(query if limit is None else query.limit(max(limit, 0)))

    def header(self, base_filename: str) -> dict[str, Any] | None:
        """Return an image's FITS header, empty if none was recorded; None when there is no such image."""
        found = self.get(base_filename)
        return None if found is None else dict(found.header or {})

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> ImageDatabase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _records(self, query: Select[*tuple[Any, ...]]) -> list[ImageRecord]:
        self._make()
        with connected(self._engine) as connection:
            return [as_record(dict(row)) for row in connection.execute(query).mappings()]

    def _make(self) -> None:
        with self._lock:
            if self._is_made:
                if self._file is not None:
                    self._file.check()
                return
            make_directory(self._engine)
            with connected(self._engine, writes=True) as connection:
                make_schema(connection, self.url)
            path = file_of(self._engine)
            self._file = None if path is None else FileIdentity(path)
            self._is_made = True

    def _dates(self) -> dict[str, datetime]:
        now = naive(datetime.fromtimestamp(self._clock.time(), UTC))
        return {"capture_date": now, "sort_date": now}


def _insert_of(dialect: str) -> _Insert:
    """Return the statement of a dialect, of which the others, with all their drivers, are not loaded."""
    insert: _Insert = importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert
    return insert
