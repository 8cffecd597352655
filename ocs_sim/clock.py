"""What time it is, as something that is passed in."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A source of time; tests pass one that they turn by hand."""

    def time(self) -> float:
        """Return UTC as unix seconds; may step when the machine's clock is set."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment; never steps back."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def time(self) -> float:
        """Return UTC as unix seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment."""
        return time.monotonic()
