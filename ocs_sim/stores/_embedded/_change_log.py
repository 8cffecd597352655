"""The ordered record of what changed in a table, kept for a day as DynamoDB's streams are."""

from __future__ import annotations

import sqlite3

from ocs_sim.stores._embedded._codec import decode
from ocs_sim.stores._embedded._table_layout import changes_of
from ocs_sim.stores._errors import LimitExceeded
from ocs_sim.stores._table_port import Change, Document, TableSpec

KEPT_SECONDS = 24 * 3600
_TIDY_EACH = 64
# Of what SQLite takes for a whole number, less a digit.
_LONGEST_POSITION = 18


class ChangeLog:
    """Changes of a table, written in the transaction of the change itself."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec
        self._name = changes_of(spec)

    def add(
        self,
        connection: sqlite3.Connection,
        unix: float,
        key: tuple[str, str],
        old: str | None,
        new: str | None,
    ) -> None:
        """Record that a document was `old` and is `new`, each as encoded."""
        if not self._spec.changes or old == new:
            return
        kind = "insert" if old is None else "remove" if new is None else "modify"
        written = connection.execute(
            f"insert into {self._name} (unix, kind, partition, sort, old, new) values (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own name
            (unix, kind, *key, old, new),
        )
        if (written.lastrowid or 0) % _TIDY_EACH == 0:
            self._tidy(connection, unix - KEPT_SECONDS)

    def after(self, connection: sqlite3.Connection, position: str | None, limit: int) -> list[Change]:
        """Return up to `limit` changes after a position."""
        rows = connection.execute(
            f"select position, kind, partition, sort, old, new from {self._name} where position > ?"  # noqa: S608 - a name of ours
            " order by position limit ?",
            (_number(position), limit),
        )
        return [
            Change(
                position=str(number),
                kind=kind,
                key=(partition,) if self._spec.sort_key is None else (partition, sort),
                old=_decoded(old),
                new=_decoded(new),
            )
            for number, kind, partition, sort, old, new in rows
        ]

    def latest(self, connection: sqlite3.Connection) -> str | None:
        """Return the position of the last change, although it may be forgotten, or None."""
        # Unlike the highest position, this one stays when the changes are forgotten.
        name = self._name.strip('"')
        found = connection.execute("select seq from sqlite_sequence where name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def _tidy(self, connection: sqlite3.Connection, before_unix: float) -> None:
        # In the order of positions: a clock that was set back does not make it forget what is new.
        connection.execute(
            f"delete from {self._name} where position < (select position from {self._name}"  # noqa: S608 - a name of ours
            " where unix >= ? order by position limit 1)",
            (before_unix,),
        )


def _number(position: str | None) -> int:
    if position is None:
        return 0
    if not position.isdecimal() or len(position) > _LONGEST_POSITION:
        raise LimitExceeded(what=f"the position {position!r}", fault="it is none that changes() told")
    return int(position)


def _decoded(text: str | None) -> Document | None:
    return None if text is None else decode(text)
