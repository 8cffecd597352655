"""How a run learns that it should end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum

from ocs_sim.agent._errors import Cancelled
from ocs_sim.agent._timer import Signal, Timer


class CancelReason(Enum):
    """Why a run was asked to end."""

    STOP = "stop"
    ABORT = "abort"
    SHUTDOWN = "shutdown"


class CancelToken:
    """One token per run; it can be handed to code that knows nothing of agents."""

    def __init__(self, timer: Timer) -> None:
        self.timer = timer
        self.signal = Signal(timer)
        self._lock = threading.Lock()
        self._reason: CancelReason | None = None

    @property
    def requested(self) -> bool:
        """Whether the run should end."""
        return self.signal.is_set

    @property
    def reason(self) -> str | None:
        """`stop`, `abort` or `shutdown`; None while nobody asked."""
        return self._reason.value if self._reason else None

    def cancel(self, reason: CancelReason) -> None:
        """Ask the run to end; the first reason stays."""
        with self._lock:
            self._reason = self._reason or reason
        self.signal.set()

    def check(self) -> None:
        """Raise Cancelled if the run should end."""
        if self.requested:
            raise Cancelled(reason=self.reason)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait in this thread; return True as soon as the run should end, False when time is up."""
        return self.signal.wait(seconds)

    async def wait_async(self, seconds: float | None = None) -> bool:
        """Wait in this coroutine; return True as soon as the run should end, False when time is up."""
        return await self.signal.wait_async(seconds)

    def on_cancel(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` (from any thread) when the run should end; the result takes it back."""
        return self.signal.listen(listener)
