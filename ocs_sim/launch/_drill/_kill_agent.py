"""SIGKILL to an agent that publishes and spills."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._scratch import AGGREGATOR, Plan
from ocs_sim.launch._drill._stage import Event, Stage

_SPILL_MEGABYTES = 64
_BEFORE_SECONDS = 0.3


@dataclass(frozen=True)
class KillAgent:
    """One of two agents is killed; its next boot offers for replay what the killed one had published.

    Every other time the Aggregator is killed a moment before, so that the agent's last blocks are nowhere but
    in its spill file.
    """

    name = "kill-agent"

    def plan(self, load: Load) -> Plan:  # noqa: ARG002
        """Return the scratch site that this needs."""
        return Plan(sources=2, spill_megabytes=_SPILL_MEGABYTES)

    def inject(self, stage: Stage, number: int) -> Event:
        """Kill an agent, have it publish again, and wait until nothing is missing."""
        name = stage.random.choice(stage.sources.names)
        old = stage.process(name)
        with_aggregator = number % 2 == 1
        if with_aggregator:
            stage.watch.count()
            stage.process(AGGREGATOR).kill()
            stage.pause(_BEFORE_SECONDS * stage.random.random())
        old.kill()
        began = time.monotonic()
        stage.next_process(name, old)
        stage.answering([name])
        back = time.monotonic() - began
        stage.sources.note_earlier(name)
        stage.sources.start_one(name)
        publishes = time.monotonic() - began
        complete = publishes + stage.complete()
        killed = f"{name} and the Aggregator" if with_aggregator else name
        text = (
            f"{killed} killed: it answers after {back:.1f} s, publishes again after {publishes:.1f} s, "
            f"nothing of before is missing after {complete:.1f} s"
        )
        figures = {
            "agent_back_seconds": back,
            "publishes_seconds": publishes,
            "complete_seconds": complete,
        }
        return Event(text, figures)
