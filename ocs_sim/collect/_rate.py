"""How much, and how often, may be asked for. Times are of a monotonic clock, in seconds."""

from __future__ import annotations


class Allowance:
    """So many bytes a second, with a quarter of a second's worth saved up at most.

    What was spent may exceed what there was: an answer's size is only known when it has come.
    """

    def __init__(self, bytes_per_second: float) -> None:
        self._bytes_per_second = bytes_per_second
        self._most = bytes_per_second / 4
        self._left = self._most
        self._at: float | None = None

    def is_left(self, now: float) -> bool:
        """Whether something may be asked for."""
        self._refill(now)
        return self._left > 0

    def spend(self, size_bytes: int, now: float) -> None:
        """Take what came off what is left."""
        self._refill(now)
        self._left -= size_bytes

    def _refill(self, now: float) -> None:
        if self._at is not None:
            self._left = min(self._most, self._left + max(0.0, now - self._at) * self._bytes_per_second)
        self._at = now


class BackOff:
    """When to try again: after 0.2 s, then twice as long each time, up to 5 s."""

    SHORTEST_SECONDS = 0.2
    LONGEST_SECONDS = 5.0

    def __init__(self) -> None:
        self.failures = 0
        self._until = 0.0

    def is_over(self, now: float) -> bool:
        """Whether it may be tried again."""
        return not self.failures or now >= self._until

    def fail(self, now: float) -> None:
        """Wait longer."""
        # An exponent without bound would overflow after a long night.
        wait = self.SHORTEST_SECONDS * 2 ** min(self.failures, 10)
        self._until = now + min(wait, self.LONGEST_SECONDS)
        self.failures += 1

    def succeed(self) -> None:
        """Wait no longer."""
        self.failures = 0
