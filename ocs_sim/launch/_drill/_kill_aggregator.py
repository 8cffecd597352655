"""SIGKILL to the Aggregator at any moment: while it records, starts, recovers or seals."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._scratch import AGGREGATOR, Plan
from ocs_sim.launch._drill._stage import Event, Stage
from ocs_sim.launch._request import request_children

_SECONDS_PER_FILE = 3.0
_START_SECONDS = 1.5
_REQUEST_SECONDS = 10.0


@dataclass(frozen=True)
class KillAggregator:
    """The Aggregator is killed; every other time the next kill comes while it starts and recovers."""

    name = "kill-aggregator"

    def plan(self, load: Load) -> Plan:  # noqa: ARG002
        """Return the scratch site that this needs: files are sealed often, so that kills land there too."""
        return Plan(seconds_per_file=_SECONDS_PER_FILE)

    def inject(self, stage: Stage, number: int) -> Event:  # noqa: ARG002
        """Kill the Aggregator; half the time wait until nothing is missing."""
        old = stage.process(AGGREGATOR)
        stage.watch.count()
        old.kill()
        began = time.monotonic()
        # The HostMaster waits longer and longer for one that never gets up, unless somebody asks.
        request_children(stage.scratch.layout, [AGGREGATOR], "up", _REQUEST_SECONDS)
        stage.next_process(AGGREGATOR, old)
        if stage.random.random() < 0.5:
            moment = _START_SECONDS * stage.random.random()
            stage.pause(moment)
            text = f"Aggregator killed; the next kill comes {moment:.2f} s after its new process"
            return Event(text, at_once=True)
        stage.answering([AGGREGATOR])
        stage.recording()
        back = time.monotonic() - began
        complete = back + stage.complete()
        text = (
            f"Aggregator killed: records again after {back:.1f} s, nothing is missing after {complete:.1f} s"
        )
        return Event(text, {"aggregator_back_seconds": back, "complete_seconds": complete})
