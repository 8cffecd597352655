"""SIGSTOP to the Aggregator: what the router then keeps for it, and how it catches up."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._scratch import AGGREGATOR, Plan
from ocs_sim.launch._drill._stage import Event, Stage

_LOOK_SECONDS = 0.5
_REPLAY_SECONDS = 60.0


@dataclass(frozen=True)
class StallAggregator:
    """The Aggregator is suspended for a while, as by a debugger or a disk that hangs."""

    stalled_seconds: float = 25.0
    name = "stall-aggregator"

    def plan(self, load: Load) -> Plan:
        """Return the scratch site that this needs."""
        return Plan(spill_megabytes=load.spill_megabytes(self.stalled_seconds))

    def inject(self, stage: Stage, number: int) -> Event:  # noqa: ARG002
        """Suspend the Aggregator, measure the router, let it go on, and wait until nothing is missing."""
        process = stage.process(AGGREGATOR)
        before = _router_bytes(stage)
        process.suspend()
        try:
            most = self._most_bytes(stage, before)
        finally:
            process.resume()
        back = max(stage.answering([AGGREGATOR]).values())
        complete = back + stage.complete(_REPLAY_SECONDS + self.stalled_seconds)
        grew = (most - before) / 1e6
        text = (
            f"Aggregator suspended for {self.stalled_seconds:g} s: the router grew by {grew:.1f} MB "
            f"(from {before / 1e6:.0f} MB); "
            f"it answers {back:.1f} s later, nothing is missing after {complete:.1f} s"
        )
        figures = {"router_grew_bytes": most - before, "aggregator_back_seconds": back}
        return Event(text, figures | {"complete_seconds": complete})

    def _most_bytes(self, stage: Stage, most: int) -> int:
        deadline = time.monotonic() + self.stalled_seconds
        while time.monotonic() < deadline:
            stage.pause(min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())))
            most = max(most, _router_bytes(stage))
        return most


def _router_bytes(stage: Stage) -> int:
    return stage.scratch.router.status().rss_bytes or 0
