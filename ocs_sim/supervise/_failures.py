"""What a child's failures have been, and what follows from them."""

from __future__ import annotations

from ocs_sim.supervise._policy import Policy
from ocs_sim.supervise._stability import stability

_REMEMBERED = 100


class Failures:
    """The failures of one child; times are seconds on one monotonic clock."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._at: list[float] = []
        self._pending = False
        self._was_killed = False
        self.in_a_row = 0
        self.restarts = 0

    def add(self, now: float, *, was_killed: bool = False) -> None:
        """The child failed, or was well and somebody killed it."""
        self.in_a_row += 1
        self._was_killed = was_killed
        self._pending = True
        self._at = [*self._at[1 - _REMEMBERED :], now]

    def forgive(self) -> None:
        """The child has been well for long enough, or somebody asked for it anew."""
        self.in_a_row = 0

    def forget_restart(self) -> None:
        """The child is down on purpose: its next start is no restart."""
        self._pending = False
        self.in_a_row = 0

    def count_start(self) -> None:
        """The child is being started; count it as a restart if a failure led to it."""
        self.restarts += self._pending
        self._pending = False

    @property
    def delay_seconds(self) -> float:
        """How long to wait before the next start."""
        if not self.in_a_row:
            return 0.0
        delay = self._policy.delay_seconds(self.in_a_row)
        return min(delay, self._policy.after_kill_seconds) if self._was_killed else delay

    def stability(self, now: float) -> float:
        """Return OCS's figure: 1 is steady, 0.5 and less is unstable."""
        return stability(now, self._at)
