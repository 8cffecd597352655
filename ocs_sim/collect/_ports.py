"""What collecting needs of the archive: the parts of its ledger and recorder that are used here."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol


class Holes(Protocol):
    """What is missing; `ocs_sim.archive.Ledger` is one."""

    @property
    def since(self) -> float:
        """The unix time at which the archive began."""
        ...

    def feeds(self) -> Sequence[str]:
        """Return the addresses of the feeds that were ever recorded."""
        ...

    def boots(self, feed_address: str) -> Sequence[str]:
        """Return the boots of a feed of which something is known."""
        ...

    def next(self, feed_address: str, boot_id: str) -> int:
        """Return one past the highest number that is known."""
        ...

    def holes(self, feed_address: str, boot_id: str, upto: int) -> Sequence[tuple[int, int]]:
        """Return the ranges below `upto` that are neither recorded nor given up; both ends belong to them."""
        ...

    def give_up(self, feed_address: str, boot_id: str, first: int, last: int) -> object:
        """Miss these no longer."""
        ...


class Heard(Protocol):
    """What an agent's last heartbeat told; `ocs_sim.archive.Told` is one.

    `feeds` has, by feed name, one past the number of the last block that was sent; `earlier` the boots before
    this one of which the agent still has something.
    """

    @property
    def boot_id(self) -> str:
        """The agent's present boot."""
        ...

    @property
    def feeds(self) -> Mapping[str, int]:
        """One past the last block sent, by feed name."""
        ...

    @property
    def earlier(self) -> Sequence[str]:
        """The earlier boots that can still be asked for."""
        ...

    @property
    def received(self) -> float:
        """When it came, as unix time."""
        ...


class Archiver(Protocol):
    """Where collected publications go; `ocs_sim.archive.Recorder` is one."""

    @property
    def ledger(self) -> Holes:
        """What is missing."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether it is in no state to take what is replayed."""
        ...

    @property
    def excluded(self) -> Container[tuple[str, str]]:
        """What does not want to be archived: (feed address, boot id)."""
        ...

    @property
    def dropped_blocks(self) -> int:
        """How many blocks it had no room for."""
        ...

    def told(self) -> Mapping[str, Heard]:
        """Return the last heartbeats, by agent address."""
        ...

    def offer(self, publication: bytes, *, replayed: bool = False) -> None:
        """Take a packed publication."""
        ...

    def note_gap(self, feed_address: str, boot_id: str, first: int, last: int, reason: str) -> None:
        """Record that blocks are gone, and why."""
        ...

    def settled(self) -> Future[None]:
        """Return what is done when all that was offered so far is archived or dropped."""
        ...
