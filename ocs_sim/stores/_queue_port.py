"""What a queue of commands is, whoever keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue as it is to be made: SQS's FIFO queues, with SQS's limits.

    `name` has up to 75 letters, digits, '-' and '_' (adapters add what their service wants, as `.fifo`).
    """

    name: str
    retention_seconds: int = 14 * 86400
    lease_seconds: int = 30
    max_deliveries: int | None = None
    dead_letters: str | None = None
    content_deduplication: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was received; `receipt` is what acknowledging it takes."""

    message_id: str
    body: str
    group: str
    receipt: str
    deliveries: int
    sent_unix: float
    sequence: str


@dataclass(frozen=True, slots=True)
class Depth:
    """How many messages wait and how many are leased: both approximate."""

    waiting: int
    leased: int


class Queue(Protocol):
    """Messages in order within their group, each delivered until it is acknowledged.

    While a message of a group is leased, no later one of that group is delivered to others. A message that
    was delivered `max_deliveries` times without acknowledgement goes to the queue `dead_letters`.
    """

    @property
    def spec(self) -> QueueSpec:
        """What the queue was made as."""
        ...

    def send(self, body: str, *, group: str, deduplication_id: str | None = None) -> str:
        """Put a message in; return its id.

        The same `deduplication_id` (or content, if the queue says so) within five minutes is the same
        message: its first id is returned, and nothing is added. Without either, LimitExceeded.
        Raises LimitExceeded for a body over 1 MiB, an empty one, or characters that XML has not.
        """
        ...

    def receive(
        self, *, limit: int = 1, lease_seconds: int | None = None, wait_seconds: float = 0.0
    ) -> list[Message]:
        """Lease up to `limit` (1 to 10) messages, waiting up to `wait_seconds` (0 to 20) for the first."""
        ...

    def acknowledge(self, message: Message) -> None:
        """Be done with a message for good. Raises LeaseLost when another reader may have it."""
        ...

    def extend(self, message: Message, lease_seconds: int) -> None:
        """Keep a message for so long from now on; 0 gives it back at once. Raises LeaseLost."""
        ...

    def depth(self) -> Depth:
        """Return how many there are."""
        ...

    def purge(self) -> None:
        """Throw all messages away."""
        ...
