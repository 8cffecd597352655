"""How patient HostMaster is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Every time-out of a child's life, in seconds.

    `back_off_seconds`: how long to wait before the first, second, ... restart in a row; the last one holds
    from then on. `after_kill_seconds`: the longest wait after a SIGKILL to a child that was up, which tells
    nothing against it. `healthy_seconds`: how long a child must be up for its failures to be forgiven.
    `terminate_after_seconds`, `kill_after_seconds`: from SIGINT. `stop_order_seconds`: the longest that a
    child is kept up for those that depend on it and are going down.
    """

    back_off_seconds: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
    after_kill_seconds: float = 1.0
    healthy_seconds: float = 20.0
    wait_start_seconds: float = 20.0
    terminate_after_seconds: float = 3.0
    kill_after_seconds: float = 6.0
    stop_order_seconds: float = 1.0

    def delay_seconds(self, failures_in_a_row: int) -> float:
        """Return how long to wait before the restart that follows the n-th failure in a row (n >= 1)."""
        return self.back_off_seconds[min(failures_in_a_row, len(self.back_off_seconds)) - 1]


ORDINARY = Policy()
# An agent of OCS takes about seven seconds to end in good order.
PATIENT = Policy(terminate_after_seconds=9.0, kill_after_seconds=11.0)
