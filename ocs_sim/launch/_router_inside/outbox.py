"""What waits for one client of the router, bounded in bytes and in time."""

# ruff: noqa: SLF001 -- Twisted tells under private names alone what a transport has not sent yet

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

STALL_SECONDS = float(os.environ.get("OBSBOW_STALL_SECONDS", "15"))
QUEUE_MB = float(os.environ.get("OBSBOW_QUEUE_MB", "16"))

_LOOKS_PER_STALL = 5
# What Python needs to keep one piece, beside its bytes.
_PIECE_BYTES = 64
_FEED_BYTES = 1 << 18


class Outbox:
    """What one client has not taken yet; gives its transport a piece whenever that has sent all it had.

    Twisted's own buffer keeps what was sent already until nearly all of it is sent, and copies it whole then.
    """

    def __init__(self, protocol: Any, transport: Any, clock: Any) -> None:
        self._protocol = protocol
        self._transport = transport
        self._clock = clock
        self._write = transport.write
        self._pieces: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._paused = False
        self._dropped = False
        self._feeds = 0
        self._looked_at: tuple[int, int] | None = None
        self._quiet_looks = 0
        self._timer: Any = None
        # A websocket inherits the producer of the HTTP request that it began as.
        transport.unregisterProducer()
        transport.registerProducer(self, streaming=True)
        transport.write = self.write
        transport.writeSequence = self.write_all

    def write(self, data: bytes) -> None:
        """Send a piece, now or when its turn comes; drop the client when too much waits.

        One piece alone may be larger than the limit: it is an answer that somebody asked for.
        """
        if not self._paused:
            self._write(data)
        elif not self._dropped:
            self._pieces.append(data)
            self._waiting_bytes += len(data) + _PIECE_BYTES
            if self._waiting_bytes > QUEUE_MB * 1e6 and len(self._pieces) > 1:
                self._drop(f"more than {QUEUE_MB:g} MB wait for it")

    def write_all(self, pieces: Iterable[bytes]) -> None:
        """Send several pieces in order."""
        self.write(b"".join(pieces))

    def pauseProducing(self) -> None:  # noqa: N802 -- Twisted's name
        """Keep what comes from now on: the transport has enough to send."""
        self._paused = True
        if self._timer is None:
            self._quiet_looks = 0
            self._look()

    def resumeProducing(self) -> None:  # noqa: N802 -- Twisted's name
        """Give the transport the next pieces: it has sent all that it had."""
        self._paused = False
        self._feeds += 1
        while self._pieces and not self._paused:
            self._write(self._next())
        if not self._pieces and not self._paused and self._transport.disconnecting:
            # Twisted waits for the producer before it closes.
            self._transport.unregisterProducer()

    def stopProducing(self) -> None:  # noqa: N802 -- Twisted's name
        """Forget all: the connection is closed."""
        self._dropped = self._paused = True
        self._pieces.clear()
        self._waiting_bytes = 0
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        # These refer to each other, and would keep their bytes until Python looks for such circles.
        for name in ("write", "writeSequence", "dataBuffer", "_tempDataBuffer"):
            self._transport.__dict__.pop(name, None)
        self._transport._tempDataBuffer = []
        self._transport._tempDataLen = self._transport.offset = 0

    def is_moving(self) -> bool:
        """Return whether the client took something lately, of what waits for it."""
        return self._paused and not self._dropped and self._quiet_looks < _LOOKS_PER_STALL

    def _next(self) -> bytes:
        taken, size = [], 0
        while self._pieces and (not size or size + len(self._pieces[0]) <= _FEED_BYTES):
            taken.append(self._pieces.popleft())
            size += len(taken[-1])
        self._waiting_bytes -= size + _PIECE_BYTES * len(taken)
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _look(self) -> None:
        """See from time to time whether the client takes something."""
        self._timer = None
        if not self._paused:
            return
        transport = self._transport
        left = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        seen = (self._feeds, left)
        self._quiet_looks = self._quiet_looks + 1 if seen == self._looked_at else 0
        self._looked_at = seen
        if self._quiet_looks >= _LOOKS_PER_STALL:
            self._drop(f"it took nothing for {STALL_SECONDS:g} s")
        else:
            self._timer = self._clock.callLater(STALL_SECONDS / _LOOKS_PER_STALL, self._look)

    def _drop(self, why: str) -> None:
        session = getattr(self._protocol, "_session", None)
        self._protocol.log.warn(
            "dropping a client, {why}: session {session}, authid {authid}, peer {peer}",
            why=why,
            session=getattr(session, "_session_id", None),
            authid=getattr(session, "_authid", None),
            peer=getattr(self._protocol, "peer", None),
        )
        self._dropped = True
        self._pieces.clear()
        transport = self._transport
        if transport.disconnected or transport._aborting:
            return
        # As Twisted's abortConnection, but without the reset, after which the client could not take what the
        # kernel has for it; and at the next turn, since who writes now does not expect the end.
        transport._aborting = True
        transport.stopReading()
        transport.stopWriting()
        transport.doRead = transport.doWrite = lambda: None
        self._clock.callLater(0, transport.connectionLost, _lost())


def _lost() -> Any:
    failure: Any = Failure
    return failure(ConnectionLost())
