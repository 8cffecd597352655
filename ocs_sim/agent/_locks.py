"""One device, many operations: who may talk to it now, and who is next."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from ocs_sim.agent._errors import LockBusy, LockHeldTwice
from ocs_sim.agent._run import Run
from ocs_sim.agent._timer import Signal


class _Ticket:
    def __init__(self, run: Run) -> None:
        self.owner = f"{run.name}[{run.id}]"
        self.turn = Signal(run.token.timer)


class DeviceLock:
    """A lock that runs hold one at a time, first come first served.

    Who holds it and who waits is shown in the agent's `get_api` and in a waiting run's progress.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._mutex = threading.Lock()
        self._holder: _Ticket | None = None
        self._queue: deque[_Ticket] = deque()

    @contextmanager
    def hold(self, run: Run, timeout_seconds: float | None = None) -> Iterator[None]:
        """Hold the lock in a `with` block of a plain function.

        Raises LockBusy when it was not free in time, Cancelled when the run is asked to end while it
        waits, and LockHeldTwice when this run holds it already.
        """
        ticket = self._enqueue(run)
        if self._holder is not ticket:
            forget = run.token.on_cancel(ticket.turn.set)
            ticket.turn.wait(timeout_seconds)
            forget()
        self._settle(ticket, run, timeout_seconds)
        try:
            yield
        finally:
            self._release(ticket)

    @asynccontextmanager
    async def hold_async(self, run: Run, timeout_seconds: float | None = None) -> AsyncIterator[None]:
        """Hold the lock in an `async with` block of a coroutine; raises what `hold` does."""
        ticket = self._enqueue(run)
        try:
            if self._holder is not ticket:
                forget = run.token.on_cancel(ticket.turn.set)
                await ticket.turn.wait_async(timeout_seconds)
                forget()
            self._settle(ticket, run, timeout_seconds)
            yield
        finally:
            self._release(ticket)

    def encode(self) -> dict[str, Any]:
        """Return who holds the lock and who waits for it, in order."""
        with self._mutex:
            owner = self._holder.owner if self._holder else None
            return {"name": self.name, "owner": owner, "queue": [each.owner for each in self._queue]}

    def _enqueue(self, run: Run) -> _Ticket:
        ticket = _Ticket(run)
        with self._mutex:
            holder = self._holder
            if holder is None:
                self._holder = ticket
                return ticket
            if holder.owner == ticket.owner:
                raise LockHeldTwice(owner=ticket.owner, lock=self.name)
            self._queue.append(ticket)
        run.progress(waiting_for=f"{self.name} held by {holder.owner}")
        return ticket

    def _settle(self, ticket: _Ticket, run: Run, timeout_seconds: float | None) -> None:
        with self._mutex:
            holder = self._holder
            if holder is not ticket:
                self._queue.remove(ticket)
        run.progress(waiting_for=None)
        if run.cancelled:
            self._release(ticket)
            run.check()
        if holder is not ticket:
            owner = holder.owner if holder else "nobody"
            raise LockBusy(lock=self.name, owner=owner, seconds=timeout_seconds or 0.0)

    def _release(self, ticket: _Ticket) -> None:
        with self._mutex:
            if ticket in self._queue:
                self._queue.remove(ticket)
            if self._holder is not ticket:
                return
            self._holder = self._queue.popleft() if self._queue else None
            heir = self._holder
        if heir is not None:
            heir.turn.set()
