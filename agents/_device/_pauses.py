"""How long to leave a device alone that did not answer."""

from __future__ import annotations

from ocs_sim.clock import Clock

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 5.0
_FACTOR = 2.0


class Pauses:
    """Pauses that double from half a second to five seconds, until something succeeds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next_seconds = _FIRST_SECONDS
        self._until: float | None = None

    @property
    def is_on(self) -> bool:
        """Whether it is too early to try again."""
        return self._until is not None and self._clock.monotonic() < self._until

    def failed(self) -> None:
        """Begin a pause."""
        self._until = self._clock.monotonic() + self._next_seconds
        self._next_seconds = min(_LONGEST_SECONDS, self._next_seconds * _FACTOR)

    def succeeded(self) -> None:
        """Begin anew."""
        self._until, self._next_seconds = None, _FIRST_SECONDS
