"""What a table of documents is, whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias

Key: TypeAlias = tuple[str, ...]
"""The values of the partition key and, if the table has one, of the sort key."""
Document: TypeAlias = dict[str, Any]
"""str, bool, None, int, Decimal, bytes, and lists and str-keyed mappings of them; floats are refused."""


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """Another order to read a table in; documents without its keys are not in it."""

    partition_key: str
    sort_key: str | None = None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table as it is to be made. Keys are texts. `changes` keeps an ordered record of what changed.

    `expires_key` names a field of unix seconds after which a document is no longer seen.
    """

    name: str
    partition_key: str
    sort_key: str | None = None
    indexes: Mapping[str, IndexSpec] = field(default_factory=dict)
    changes: bool = False
    expires_key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Documents, and where to go on (None: there are no more)."""

    documents: list[Document]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a document; `position` is what to ask for the changes after it with."""

    position: str
    kind: Literal["insert", "modify", "remove"]
    key: Key
    old: Document | None
    new: Document | None


class Table(Protocol):
    """Documents by key. Conditions are equality or absence: an expected None means that the field is absent.

    Numbers come back as int when they are whole, else as Decimal.
    """

    @property
    def spec(self) -> TableSpec:
        """What the table was made as."""
        ...

    def put(
        self, document: Mapping[str, Any], *, absent: bool = False, expect: Mapping[str, Any] | None = None
    ) -> None:
        """Write a whole document; with `absent` only if there is none. Raises ConditionFailed."""
        ...

    def get(self, *key: str) -> Document | None:
        """Return a document as the latest write left it."""
        ...

    def update(
        self,
        key: Key,
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002 - the field's word
        add: Mapping[str, int | Decimal] | None = None,
        append: Mapping[str, Sequence[Any]] | None = None,
        remove: Iterable[str] = (),
        expect: Mapping[str, Any] | None = None,
        must_exist: bool = True,
    ) -> Document:
        """Change fields of one document at once; return the new document.

        `add` adds to numbers (from 0), `append` to lists (from none). Raises ConditionFailed when it is not
        as expected, or not there although it must be.
        """
        ...

    def delete(self, key: Key, *, expect: Mapping[str, Any] | None = None) -> Document | None:
        """Remove a document; return what it was. Raises ConditionFailed."""
        ...

    def put_many(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Write many documents, not all at once."""
        ...

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
        """Return the documents of a partition in the order of the sort key; at most one kind of bound.

        `limit` counts documents that are returned; without it all are. `between` includes both ends.
        """
        ...

    def scan(self) -> Iterator[Document]:
        """Yield all documents, in no order."""
        ...

    def changes(self, after: str | None = None, *, limit: int = 1000) -> list[Change]:
        """Return changes after a position (None: the oldest kept), in order for each key, perhaps twice."""
        ...

    def latest_position(self) -> str | None:
        """Return the position to go on from when only what comes is wanted."""
        ...
