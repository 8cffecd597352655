"""SIGKILL to all of the router's processes, which comes back after a while."""

from __future__ import annotations

from dataclasses import dataclass

from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._scratch import AGGREGATOR, Plan
from ocs_sim.launch._drill._stage import Event, Stage

_START_SECONDS = 60.0
_REPLAY_SECONDS = 60.0


@dataclass(frozen=True)
class KillRouter:
    """The router is killed and kept away; with `restart_aggregator` the Aggregator is killed meanwhile."""

    away_seconds: float = 2.0
    restart_aggregator: bool = False
    name = "kill-router"

    def plan(self, load: Load) -> Plan:
        """Return the scratch site that this needs."""
        return Plan(sources=2, spill_megabytes=load.spill_megabytes(self.away_seconds))

    def inject(self, stage: Stage, number: int) -> Event:  # noqa: ARG002
        """Kill the router, start it again, and wait until nothing is missing."""
        router = stage.scratch.router
        before = {name: stage.process(name).pid for name in stage.sources.names}
        router.kill()
        if self.restart_aggregator:
            stage.pause(self.away_seconds * stage.random.random())
            stage.process(AGGREGATOR).kill()
        stage.pause(self.away_seconds)
        router.start()
        router.wait_ready(_START_SECONDS)
        agents = max(stage.answering(stage.scratch.agents).values())
        stage.recording()
        complete = agents + stage.complete(_REPLAY_SECONDS + self.away_seconds)
        restarted = sum(stage.process(name).pid != pid for name, pid in before.items())
        text = (
            f"router killed and back: all agents answer {agents:.1f} s later, "
            f"nothing is missing after {complete:.1f} s"
        )
        figures = {"agents_back_seconds": agents, "complete_seconds": complete, "agents_restarted": restarted}
        return Event(text + (f"; {restarted} AGENTS HAD ENDED" if restarted else ""), figures)
