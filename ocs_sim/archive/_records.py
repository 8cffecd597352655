"""What is recorded: one block of one feed, as it was received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocs_sim.archive._columns import TEXTS, WORDS, ColumnKind


@dataclass(frozen=True, slots=True)
class Record:
    """One block as it arrived.

    `timestamps` are unix seconds, shape (n,); each of `columns` has shape (n,). `sequence` is None from
    publishers that do not count; `received` is the unix time of arrival.
    """

    feed_address: str
    agent_address: str
    agent_class: str
    feed: str
    boot_id: str
    block: str
    received: float
    timestamps: Sequence[float]
    columns: Mapping[str, Sequence[Any]]
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """What a publisher says of one of its fields."""

    unit: str = ""
    description: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Blocks that are known to be gone, and why."""

    feed_address: str
    boot_id: str
    first_missing: int
    last_missing: int
    reason: str


@dataclass(frozen=True)
class Layout:
    """A block with its field set and the kinds of its columns; another set or kind is another layout."""

    feed_address: str
    agent_address: str
    agent_class: str
    feed: str
    block: str
    fields: tuple[str, ...]
    kinds: tuple[ColumnKind, ...]

    @property
    def instance(self) -> str:
        """The instance-id: the last part of the agent's address."""
        return self.agent_address.rpartition(".")[2]

    @property
    def words(self) -> list[str]:
        """The fields of eight bytes a sample, in the order in which they are packed."""
        return [name for name, kind in zip(self.fields, self.kinds, strict=True) if kind in WORDS]

    @property
    def booleans(self) -> list[str]:
        """The fields of one byte a sample, which follow the words."""
        return [
            name for name, kind in zip(self.fields, self.kinds, strict=True) if kind is ColumnKind.BOOLEAN
        ]

    @property
    def texts(self) -> list[str]:
        """The fields that are kept as texts."""
        return [name for name, kind in zip(self.fields, self.kinds, strict=True) if kind in TEXTS]

    def kind(self, field: str) -> ColumnKind:
        """Return how a field is stored."""
        return self.kinds[self.fields.index(field)]
