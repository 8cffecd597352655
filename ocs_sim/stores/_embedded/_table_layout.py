"""How tables, their indexes and their changes lie in an SQLite file."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.stores._embedded._database import Database, Format
from ocs_sim.stores._errors import NotAStore
from ocs_sim.stores._table_port import IndexSpec, TableSpec

TABLES = Format(
    name="tables",
    application_id=0x6F637354,
    version=1,
    schema=("create table tables (name text primary key, keys text not null)",),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the partition and the sort key of an order of reading are in SQL."""

    partition: str
    sort: str
    ties: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that put the documents of a partition in order, without ties."""
        return (self.sort, *self.ties)


def documents_of(spec: TableSpec) -> str:
    """Return the SQL name of a table's documents."""
    return f'"documents of {spec.name}"'


def changes_of(spec: TableSpec) -> str:
    """Return the SQL name of a table's changes."""
    return f'"changes of {spec.name}"'


def columns_of(keys: IndexSpec | None) -> Columns:
    """Return the columns of an index, or those of the table itself for None."""
    if keys is None:
        return Columns("partition", "sort")
    sort = _field(keys.sort_key) if keys.sort_key is not None else "partition"
    ties = ("partition", "sort") if keys.sort_key is not None else ("sort",)
    return Columns(_field(keys.partition_key), sort, ties)


def lay_out(database: Database, spec: TableSpec) -> None:
    """Make what a table lacks. Raises NotAStore when there is one of that name with other keys."""
    with database.read() as connection:
        if _is_laid_out(connection, spec, database.path):
            return
    with database.write() as connection:
        if _is_laid_out(connection, spec, database.path):
            return
        for statement in _statements(spec):
            connection.execute(statement)
        known = json.dumps([spec.partition_key, spec.sort_key])
        connection.execute("insert or ignore into tables values (?, ?)", (spec.name, known))


def _is_laid_out(connection: sqlite3.Connection, spec: TableSpec, path: Path) -> bool:
    found = connection.execute("select keys from tables where name = ?", (spec.name,)).fetchone()
    if found is None:
        return False
    if json.loads(found[0]) != [spec.partition_key, spec.sort_key]:
        what = f"where {spec.name!r} has the keys {spec.partition_key!r} and {spec.sort_key!r}"
        raise NotAStore(path=path, what=what, fault=f"its keys are {found[0]}")
    there = {name for (name,) in connection.execute("select name from sqlite_master")}
    wanted = [_index_name(spec, keys) for keys in spec.indexes.values()]
    wanted += [changes_of(spec)] if spec.changes else []
    return all(name.strip('"') in there for name in wanted)


def _statements(spec: TableSpec) -> list[str]:
    documents = documents_of(spec)
    # With rowids: documents are longer than what a table without them keeps in its pages.
    made = [
        f"create table if not exists {documents} (partition text not null, sort text not null,"
        " document text not null, primary key (partition, sort))"
    ]
    for keys in spec.indexes.values():
        columns = columns_of(keys)
        fields = ", ".join((columns.partition, *columns.order))
        # Not partial: SQLite 3.40 does not see that it could use a partial one.
        made.append(f"create index if not exists {_index_name(spec, keys)} on {documents} ({fields})")
    if spec.changes:
        made.append(
            f"create table if not exists {changes_of(spec)} (position integer primary key autoincrement,"
            " unix real not null, kind text not null, partition text not null, sort text not null,"
            " old text, new text)"
        )
    return made


def _index_name(spec: TableSpec, keys: IndexSpec) -> str:
    # By its fields, so that one which is declared anew is made anew.
    return f'"order of {spec.name} by {keys.partition_key} {keys.sort_key}"'


def _field(name: str) -> str:
    return f"json_extract(document, '$.\"{name}\"')"
