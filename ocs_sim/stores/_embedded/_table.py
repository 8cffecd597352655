"""Tables of documents in an SQLite file."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.stores import _limits
from ocs_sim.stores._embedded._change_log import ChangeLog
from ocs_sim.stores._embedded._codec import decode, encode, same
from ocs_sim.stores._embedded._database import Database
from ocs_sim.stores._embedded._edits import edited
from ocs_sim.stores._embedded._search import Search
from ocs_sim.stores._embedded._table_layout import documents_of, lay_out
from ocs_sim.stores._errors import ConditionFailed
from ocs_sim.stores._table_port import Change, Document, Key, Page, TableSpec

_AT_ONCE = 500
_FORGET_EACH = 500


class SqliteTable:
    """A table of documents; every write is on the disk when it returns."""

    def __init__(self, database: Database, spec: TableSpec, clock: Clock) -> None:
        """Make the table if there is none. Raises LimitExceeded, or NotAStore if it has other keys."""
        _limits.check_table_spec(spec)
        self._spec = spec
        self._database = database
        self._clock = clock
        self._documents = documents_of(spec)
        self._log = ChangeLog(spec)
        lay_out(database, spec)
        self._writes = itertools.count(1)
        self._forget_expired()

    @property
    def spec(self) -> TableSpec:
        """What the table was made as."""
        return self._spec

    def put(
        self, document: Mapping[str, Any], *, absent: bool = False, expect: Mapping[str, Any] | None = None
    ) -> None:
        """Write a whole document; with `absent` only if there is none. Raises ConditionFailed."""
        new = _limits.check_document(self._spec, document)
        expected = _limits.check_expected(expect)
        key = self._key_of(new)
        with self._database.write() as connection:
            text, old = self._read(connection, key)
            if absent and old is not None:
                raise ConditionFailed(key=self._told(key), current=old)
            self._check(key, old, expected)
            self._store(connection, key, text, encode(new))
        if next(self._writes) % _FORGET_EACH == 0:
            self._forget_expired()

    def get(self, *key: str) -> Document | None:
        """Return a document as the latest write left it."""
        _limits.check_key(self._spec, key)
        with self._database.read() as connection:
            return self._read(connection, self._whole(key))[1]

    def update(
        self,
        key: Key,
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002 - the port's name
        add: Mapping[str, int | Decimal] | None = None,
        append: Mapping[str, Sequence[Any]] | None = None,
        remove: Iterable[str] = (),
        expect: Mapping[str, Any] | None = None,
        must_exist: bool = True,
    ) -> Document:
        """Change fields of one document at once; return the new one. Raises ConditionFailed."""
        _limits.check_key(self._spec, key)
        removed = tuple(remove)
        _limits.check_update(self._spec, set or (), add or (), append or (), removed)
        # What no document takes is refused whether there is this one or not.
        _limits.check_document(self._spec, edited(self._bare(key), set or {}, add or {}, append or {}, ()))
        expected = _limits.check_expected(expect)
        whole = self._whole(key)
        with self._database.write() as connection:
            text, old = self._read(connection, whole)
            if old is None and must_exist:
                raise ConditionFailed(key=key)
            self._check(whole, old, expected)
            before = self._bare(key) if old is None else old
            after = edited(before, set or {}, add or {}, append or {}, removed)
            new = _limits.check_document(self._spec, after)
            self._store(connection, whole, text, encode(new))
        return new

    def delete(self, key: Key, *, expect: Mapping[str, Any] | None = None) -> Document | None:
        """Remove a document; return what it was. Raises ConditionFailed."""
        _limits.check_key(self._spec, key)
        expected = _limits.check_expected(expect)
        whole = self._whole(key)
        with self._database.write() as connection:
            text, old = self._read(connection, whole)
            self._check(whole, old, expected)
            if text is not None:
                self._store(connection, whole, text, None)
        return old

    def put_many(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Write many documents, not all at once."""
        waiting = (_limits.check_document(self._spec, document) for document in documents)
        while batch := list(itertools.islice(waiting, _AT_ONCE)):
            with self._database.write() as connection:
                for new in batch:
                    key = self._key_of(new)
                    text = self._text(connection, key) if self._spec.changes else None
                    self._store(connection, key, text, encode(new))
            self._forget_expired()

    def query(
        self,
        partition: str,
        *,
        index: str | None = None,
        prefix: str | None = None,
        between: tuple[str, str] | None = None,
        below: str | None = None,
        at_least: str | None = None,
        reverse: bool = False,
        limit: int | None = None,
        after: str | None = None,
    ) -> Page:
        """Return the documents of a partition in the order of the sort key; at most one kind of bound."""
        _limits.check_query(
            self._spec,
            partition,
            index=index,
            prefix=prefix,
            between=between,
            below=below,
            at_least=at_least,
            limit=limit,
        )
        search = Search(
            self._documents, None if index is None else self._spec.indexes[index], reverse=reverse
        )
        search.within(partition)
        search.bounded(prefix=prefix, between=between, below=below, at_least=at_least)
        search.beyond(after)
        with self._database.read() as connection:
            return search.page(connection, limit, self._is_seen)

    def scan(self) -> Iterator[Document]:
        """Yield all documents, in no order."""
        last = ("", "")
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    f"select partition, sort, document from {self._documents}"  # noqa: S608 - our own name
                    " where (partition, sort) > (?, ?) order by partition, sort limit ?",
                    (*last, _AT_ONCE),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][:2]
            yield from filter(self._is_seen, (decode(text) for _, _, text in rows))

    def changes(self, after: str | None = None, *, limit: int = 1000) -> list[Change]:
        """Return changes after a position (None: the oldest kept), in order; they are kept for a day."""
        _limits.check_changes(self._spec, limit)
        with self._database.read() as connection:
            return self._log.after(connection, after, limit)

    def latest_position(self) -> str | None:
        """Return the position to go on from when only what comes is wanted."""
        _limits.check_changes(self._spec, 1)
        with self._database.read() as connection:
            return self._log.latest(connection)

    def _read(
        self, connection: sqlite3.Connection, key: tuple[str, str]
    ) -> tuple[str | None, Document | None]:
        """Return what is stored, and the document as it is seen: none if it has expired."""
        text = self._text(connection, key)
        document = None if text is None else decode(text)
        return text, document if document is not None and self._is_seen(document) else None

    def _text(self, connection: sqlite3.Connection, key: tuple[str, str]) -> str | None:
        found = connection.execute(
            f"select document from {self._documents} where partition = ? and sort = ?",  # noqa: S608 - a name of ours
            key,
        ).fetchone()
        return None if found is None else str(found[0])

    def _store(
        self, connection: sqlite3.Connection, key: tuple[str, str], old: str | None, new: str | None
    ) -> None:
        if new is None:
            statement = f"delete from {self._documents} where partition = ? and sort = ?"  # noqa: S608 - a name of ours
            connection.execute(statement, key)
        else:
            statement = f"insert or replace into {self._documents} values (?, ?, ?)"  # noqa: S608 - a name of ours
            connection.execute(statement, (*key, new))
        self._log.add(connection, self._clock.time(), key, old, new)

    def _forget_expired(self) -> None:
        """Remove what nobody sees any more."""
        if self._spec.expires_key is None:
            return
        with self._database.write() as connection:
            rows = connection.execute(
                f"select partition, sort, document from {self._documents}"  # noqa: S608 - a name of ours
                f" where json_type(document, '$.\"{self._spec.expires_key}\"') in ('integer', 'real')"
                f" and json_extract(document, '$.\"{self._spec.expires_key}\"') <= ? limit ?",
                (self._clock.time(), _AT_ONCE),
            ).fetchall()
            for partition, sort, text in rows:
                self._store(connection, (partition, sort), text, None)

    def _check(self, key: tuple[str, str], found: Document | None, expected: Mapping[str, Any]) -> None:
        for name, value in expected.items():
            is_there = found is not None and name in found
            if is_there != (value is not None) or (is_there and not same((found or {})[name], value)):
                raise ConditionFailed(key=self._told(key), current=found)

    def _is_seen(self, document: Document) -> bool:
        name = self._spec.expires_key
        if name is None:
            return True
        expires = document.get(name)
        # True is no time, as it is no number to DynamoDB.
        if isinstance(expires, bool) or not isinstance(expires, int | Decimal):
            return True
        return expires > self._clock.time()

    def _key_of(self, document: Document) -> tuple[str, str]:
        sort = "" if self._spec.sort_key is None else document[self._spec.sort_key]
        return document[self._spec.partition_key], sort

    def _whole(self, key: Key) -> tuple[str, str]:
        return key[0], key[1] if len(key) > 1 else ""

    def _told(self, key: tuple[str, str]) -> Key:
        return key[:1] if self._spec.sort_key is None else key

    def _bare(self, key: Key) -> Document:
        fields = (self._spec.partition_key, self._spec.sort_key)
        return {name: value for name, value in zip(fields, key, strict=False) if name is not None}
