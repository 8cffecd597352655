"""One query of a table, as SQL."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from ocs_sim.stores._embedded._codec import decode
from ocs_sim.stores._embedded._table_layout import columns_of
from ocs_sim.stores._errors import LimitExceeded
from ocs_sim.stores._table_port import Document, IndexSpec, Page


class Search:
    """Conditions and an order, gathered bit by bit."""

    def __init__(self, documents: str, keys: IndexSpec | None, *, reverse: bool) -> None:
        self._documents = documents
        self._columns = columns_of(keys)
        self._reverse = reverse
        self._conditions: list[str] = []
        self._values: list[str] = []

    def within(self, partition: str) -> None:
        """Look in one partition, among the documents that have the keys."""
        self._where(f"{self._columns.partition} = ?", partition)
        self._where(f"{self._columns.sort} is not null")

    def bounded(
        self,
        *,
        prefix: str | None,
        between: tuple[str, str] | None,
        below: str | None,
        at_least: str | None,
    ) -> None:
        """Look between bounds of the sort key."""
        sort = self._columns.sort
        if prefix is not None:
            self._where(f"{sort} >= ?", prefix)
            beyond = text_after_prefix(prefix)
            if beyond is not None:
                self._where(f"{sort} < ?", beyond)
        if between is not None:
            self._where(f"{sort} between ? and ?", *between)
        if below is not None:
            self._where(f"{sort} < ?", below)
        if at_least is not None:
            self._where(f"{sort} >= ?", at_least)

    def beyond(self, after: str | None) -> None:
        """Go on after a page. Raises LimitExceeded for a text that no page told."""
        if after is None:
            return
        order = self._columns.order
        last = _unpacked(after)
        if len(last) != len(order):
            raise LimitExceeded(what=f"the page after {after!r}", fault="it is none of this query")
        sign = "<" if self._reverse else ">"
        # The first part alone is what SQLite finds the place by.
        self._where(f"{order[0]} {sign}= ?", last[0])
        self._where(f"({', '.join(order)}) {sign} ({', '.join('?' * len(order))})", *last)

    def page(
        self, connection: sqlite3.Connection, limit: int | None, is_seen: Callable[[Document], bool]
    ) -> Page:
        """Return up to `limit` documents that are seen."""
        rows = connection.execute(self.statement, self._values)
        documents: list[Document] = []
        last: list[str] = []
        for text, *place in rows:
            document = decode(text)
            if not is_seen(document):
                continue
            if len(documents) == limit:
                rows.close()
                return Page(documents, _packed(last))
            documents.append(document)
            last = place
        return Page(documents)

    @property
    def statement(self) -> str:
        """The query in SQL."""
        order = self._columns.order
        direction = " desc" if self._reverse else ""
        return (
            f"select document, {', '.join(order)} from {self._documents}"  # noqa: S608 - our own names
            f" where {' and '.join(self._conditions)}"
            f" order by {', '.join(column + direction for column in order)}"
        )

    def _where(self, condition: str, *values: str) -> None:
        self._conditions.append(condition)
        self._values += values


def text_after_prefix(prefix: str) -> str | None:
    """Return the first text, in the order of UTF-8, after all that begin so; None if there is none."""
    for length in range(len(prefix), 0, -1):
        last = ord(prefix[length - 1])
        if last < 0x10FFFF:
            # Surrogates are no characters.
            following = 0xE000 if last == 0xD7FF else last + 1
            return prefix[: length - 1] + chr(following)
    return None


def _packed(place: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _unpacked(after: str) -> list[str]:
    try:
        place: Any = json.loads(base64.urlsafe_b64decode(after))
        # Half of a character is nothing that SQLite looks for.
        json.dumps(place, ensure_ascii=False).encode()
    except (binascii.Error, ValueError):
        place = None
    if not isinstance(place, list) or not all(isinstance(part, str) for part in place):
        raise LimitExceeded(what=f"the page after {after!r}", fault="no page told this")
    return place
