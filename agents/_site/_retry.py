"""When to try again what has failed."""

from __future__ import annotations

from ocs_sim.clock import Clock


class Retry:
    """Pauses that double up to a longest, until something succeeds."""

    def __init__(self, first_seconds: float, longest_seconds: float, clock: Clock) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._clock = clock
        self._pause = first_seconds
        self._until: float | None = None

    @property
    def is_too_early(self) -> bool:
        """Whether the pause lasts."""
        return self._until is not None and self._clock.monotonic() < self._until

    def failed(self) -> None:
        """Begin a pause."""
        self._until = self._clock.monotonic() + self._pause
        self._pause = min(self._longest, self._pause * 2)

    def succeeded(self) -> None:
        """Begin anew."""
        self._until, self._pause = None, self._first
