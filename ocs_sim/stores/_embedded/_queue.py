"""Queues of messages in an SQLite file."""

from __future__ import annotations

import hashlib
import math
import secrets
import sqlite3
import threading
import uuid

from ocs_sim.clock import Clock
from ocs_sim.stores import _limits
from ocs_sim.stores._embedded._database import Database
from ocs_sim.stores._embedded._queue_layout import DELIVERABLE, DEPTH, FORGET_OLD, MOVE_TO, QUEUES
from ocs_sim.stores._errors import LeaseLost
from ocs_sim.stores._queue_port import Depth, Message, QueueSpec

__all__ = ["QUEUES", "SqliteQueue"]

_LOOK_EACH_SECONDS = 0.05


class SqliteQueue:
    """A queue of messages; one that was sent, or acknowledged, is so on the disk when the call returns."""

    def __init__(
        self, database: Database, spec: QueueSpec, clock: Clock, closing: threading.Event | None = None
    ) -> None:
        """Raises LimitExceeded. Once `closing` is set nobody waits for messages any more."""
        _limits.check_queue_spec(spec)
        self._spec = spec
        self._database = database
        self._clock = clock
        self._closing = closing or threading.Event()

    @property
    def spec(self) -> QueueSpec:
        """What the queue was made as."""
        return self._spec

    def send(self, body: str, *, group: str, deduplication_id: str | None = None) -> str:
        """Put a message in; return its id, or that of the same message of the last five minutes."""
        _limits.check_message(body, group, deduplication_id, self._spec)
        token = deduplication_id or hashlib.sha256(body.encode()).hexdigest()
        now = self._clock.time()
        with self._database.write() as connection:
            before = self._sent_before(connection, token, now)
            if before is not None:
                return before
            connection.execute(FORGET_OLD, self._facts(now))
            message_id = str(uuid.uuid4())
            connection.execute(
                "insert into messages (queue, message_id, message_group, body, sent_unix)"
                " values (?, ?, ?, ?, ?)",
                (self._spec.name, message_id, group, body, now),
            )
            connection.execute(
                "insert or replace into deduplication values (?, ?, ?, ?)",
                (self._spec.name, token, message_id, now),
            )
        return message_id

    def receive(
        self, *, limit: int = 1, lease_seconds: int | None = None, wait_seconds: float = 0.0
    ) -> list[Message]:
        """Lease up to `limit` (1 to 10) messages, waiting up to `wait_seconds` (0 to 20) for the first."""
        _limits.check_receive(limit, lease_seconds, wait_seconds)
        lease = self._spec.lease_seconds if lease_seconds is None else lease_seconds
        for _ in range(math.ceil(wait_seconds / _LOOK_EACH_SECONDS)):
            received = self._received(limit, lease)
            if received or self._closing.wait(_LOOK_EACH_SECONDS):
                return received
        return [] if self._closing.is_set() else self._received(limit, lease)

    def acknowledge(self, message: Message) -> None:
        """Be done with a message for good. Raises LeaseLost when another reader may have it."""
        now = self._clock.time()
        with self._database.write() as connection:
            done = connection.execute(
                "delete from messages where message_id = ? and receipt = ? and leased_until_unix > ?",
                (message.message_id, message.receipt, now),
            )
            if not done.rowcount and _is_there(connection, message):
                raise LeaseLost(message_id=message.message_id)

    def extend(self, message: Message, lease_seconds: int) -> None:
        """Keep a message for so long from now on; 0 gives it back at once. Raises LeaseLost."""
        _limits.check_extend(lease_seconds)
        now = self._clock.time()
        with self._database.write() as connection:
            done = connection.execute(
                "update messages set leased_until_unix = ?"
                " where message_id = ? and receipt = ? and leased_until_unix > ? and sent_unix > ?",
                (
                    now + lease_seconds,
                    message.message_id,
                    message.receipt,
                    now,
                    now - self._spec.retention_seconds,
                ),
            )
            if not done.rowcount:
                raise LeaseLost(message_id=message.message_id)

    def depth(self) -> Depth:
        """Return how many there are."""
        with self._database.read() as connection:
            facts = self._facts(self._clock.time())
            waiting, leased = connection.execute(DEPTH, facts).fetchone()
        return Depth(waiting, leased)

    def purge(self) -> None:
        """Throw all messages away."""
        with self._database.write() as connection:
            connection.execute("delete from messages where queue = ?", (self._spec.name,))

    def _received(self, limit: int, lease_seconds: int) -> list[Message]:
        now = self._clock.time()
        facts = {**self._facts(now), "limit": limit}
        # Who finds nothing does not stand in the way of who writes.
        with self._database.read() as connection:
            if connection.execute(DELIVERABLE, facts).fetchone() is None:
                return []
        with self._database.write() as connection:
            connection.execute(FORGET_OLD, facts)
            self._give_up(connection, facts)
            rows = connection.execute(DELIVERABLE, facts).fetchall()
            return [_leased(connection, row, now + lease_seconds) for row in rows]

    def _give_up(self, connection: sqlite3.Connection, facts: dict[str, object]) -> None:
        """Move what was delivered too often to the dead letters."""
        most, dead_letters = self._spec.max_deliveries, self._spec.dead_letters
        while most is not None:
            rows = connection.execute(DELIVERABLE, facts).fetchall()
            dead = [row[0] for row in rows if row[4] >= most]
            if not dead:
                return
            for sequence in dead:
                moved = {**facts, "sequence": sequence, "dead_letters": dead_letters}
                connection.execute(MOVE_TO, moved)
                # SQLite counts only what is inserted.
                connection.execute("update sqlite_sequence set seq = seq + 1 where name = 'messages'")

    def _sent_before(self, connection: sqlite3.Connection, token: str, now: float) -> str | None:
        forgotten = now - _limits.DEDUPLICATION_SECONDS
        connection.execute("delete from deduplication where unix <= ?", (forgotten,))
        found = connection.execute(
            "select message_id from deduplication where queue = ? and deduplication_id = ?",
            (self._spec.name, token),
        ).fetchone()
        return None if found is None else str(found[0])

    def _facts(self, now: float) -> dict[str, object]:
        return {"queue": self._spec.name, "now": now, "kept_since": now - self._spec.retention_seconds}


def _is_there(connection: sqlite3.Connection, message: Message) -> bool:
    statement = "select 1 from messages where message_id = ?"
    return connection.execute(statement, (message.message_id,)).fetchone() is not None


def _leased(
    connection: sqlite3.Connection, row: tuple[int, str, str, str, int, float], until: float
) -> Message:
    sequence, message_id, body, group, deliveries, sent_unix = row
    receipt = secrets.token_hex(8)
    connection.execute(
        "update messages set deliveries = ?, leased_until_unix = ?, receipt = ? where sequence = ?",
        (deliveries + 1, until, receipt, sequence),
    )
    return Message(
        message_id=message_id,
        body=body,
        group=group,
        receipt=receipt,
        deliveries=deliveries + 1,
        sent_unix=sent_unix,
        sequence=f"{sequence:020}",
    )
