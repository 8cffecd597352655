"""Which object has which content."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from ocs_sim.stores._embedded._database import Database, Format
from ocs_sim.stores._embedded._search import text_after_prefix
from ocs_sim.stores._errors import ObjectExists
from ocs_sim.stores._object_port import ObjectInfo

OBJECTS = Format(
    name="objects",
    application_id=0x6F63734F,
    version=2,
    schema=(
        "create table if not exists objects (key text primary key, blob text not null,"
        " size_bytes integer not null, etag text not null, content_type text not null,"
        " modified_unix real not null, metadata text not null)",
        "create unique index if not exists objects_by_blob on objects (blob)",
        # Since version 2: when this index was begun.
        "create table made (unix real not null)",
        "insert into made values ((julianday('now') - 2440587.5) * 86400.0)",
    ),
)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An object, and the name of its content."""

    info: ObjectInfo
    blob: str


class ObjectIndex:
    """Objects by key, in the order of UTF-8."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, entry: Entry, *, absent: bool) -> str | None:
        """Record an object; return the content which it had before. Raises ObjectExists."""
        info = entry.info
        with self._database.write() as connection:
            before = _blob(connection, info.key)
            if absent and before is not None:
                raise ObjectExists(key=info.key)
            row = (info.key, entry.blob, info.size_bytes, info.etag, info.content_type, info.modified_unix)
            connection.execute(
                "insert or replace into objects values (?, ?, ?, ?, ?, ?, ?)",
                (*row, json.dumps(dict(info.metadata))),
            )
        return before

    def find(self, key: str) -> Entry | None:
        """Return an object, or None."""
        with self._database.read() as connection:
            row = connection.execute("select * from objects where key = ?", (key,)).fetchone()
        return None if row is None else _entry(*row)

    def page(self, prefix: str, after: str | None) -> list[ObjectInfo]:
        """Return some objects whose keys begin so, after one of them: none when there are no more."""
        beyond = text_after_prefix(prefix)
        statement = (
            "select * from objects where key >= ? and key > ? and (? is null or key < ?) order by key limit ?"
        )
        with self._database.read() as connection:
            rows = connection.execute(statement, (prefix, after or "", beyond, beyond, _PAGE)).fetchall()
        return [_entry(*row).info for row in rows]

    def remove(self, key: str) -> str | None:
        """Forget an object; return its content."""
        with self._database.write() as connection:
            before = _blob(connection, key)
            connection.execute("delete from objects where key = ?", (key,))
        return before

    def blobs(self) -> set[str]:
        """Return all contents that are some object's."""
        with self._database.read() as connection:
            return {name for (name,) in connection.execute("select blob from objects")}

    def knows(self, blob: str) -> bool:
        """Tell whether a content is some object's."""
        with self._database.read() as connection:
            return bool(connection.execute("select 1 from objects where blob = ?", (blob,)).fetchall())

    def made_unix(self) -> float:
        """Return when the index was begun, by the computer's clock."""
        with self._database.read() as connection:
            return float(connection.execute("select unix from made").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def walk(index: ObjectIndex, prefix: str, after: str | None) -> Iterator[ObjectInfo]:
    """Yield all objects whose keys begin so, page by page."""
    while found := index.page(prefix, after):
        yield from found
        after = found[-1].key


def _blob(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("select blob from objects where key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _entry(
    key: str, blob: str, size_bytes: int, etag: str, content_type: str, modified_unix: float, metadata: str
) -> Entry:
    info = ObjectInfo(key, size_bytes, etag, content_type, modified_unix, json.loads(metadata))
    return Entry(info, blob)
