"""One drill: a scratch site under load, the fault, the replay, and the comparison."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from ocs_sim.archive import ArchiveError
from ocs_sim.launch._drill._audit import Audit, audit
from ocs_sim.launch._drill._interrupts import ends_tidily
from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._report import Report
from ocs_sim.launch._drill._scratch import Plan, Scratch, scratch_site, take_down
from ocs_sim.launch._drill._sources import Sources
from ocs_sim.launch._drill._stage import Event, Stage
from ocs_sim.launch._drill._watch import Watch
from ocs_sim.launch._router_install import ensure_crossbar

# What has not come for so long will not.
_PATIENCE_SECONDS = 20.0
_POLL_SECONDS = 0.5


class Fault(Protocol):
    """Something that goes wrong."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def plan(self, load: Load) -> Plan:
        """Return the scratch site that it needs."""
        ...

    def inject(self, stage: Stage, number: int) -> Event:
        """Let it happen for the `number`-th time, counted from 1, and wait until it is over."""
        ...


@dataclass(frozen=True)
class Drill:
    """A fault that happens so many times, each after up to `seconds` of load at random."""

    fault: Fault
    load: Load
    times: int
    seconds: float
    seed: int
    keep: bool
    say: Callable[[str], None]

    def run(self) -> Report:
        """Hold the drill; raises DrillError, and what starting an observatory raises. For the main thread."""
        began = time.monotonic()
        plan = self.fault.plan(self.load)
        ensure_crossbar(None, self.say)
        self.say(f"{self.fault.name}: {self.load}, seed {self.seed}")
        with ends_tidily(), scratch_site(plan, keep=self.keep) as scratch:
            took = time.monotonic() - began
            self.say(
                f"Scratch site {scratch.directory}, up after {took:.1f} s with {', '.join(scratch.agents)}"
            )
            return self._run(scratch, began)

    def _run(self, scratch: Scratch, began: float) -> Report:
        watch = Watch(scratch)
        stage = Stage(scratch, Sources(scratch, self.load), watch, Random(self.seed), self.say)  # noqa: S311
        stage.sources.start()
        watch.start()
        try:
            events = self._inject(stage)
            stage.pause(self.seconds)
            stage.sources.stop()
            self._settle(stage)
        finally:
            watch.end()
        take_down(scratch.layout)
        found = self._audit(stage)
        return Report(
            published=sum(stage.sources.published.values()),
            archived=found.archived,
            replayed=watch.total("replayed"),
            duplicated=found.duplicated,
            lost=found.lost,
            samples=found.samples,
            dropped_duplicates=watch.total("duplicate"),
            seconds=time.monotonic() - began,
            seed=self.seed,
            directory=str(scratch.directory) if self.keep else None,
            events=events,
            memory=watch.memory,
            faults=found.faults,
        )

    def _inject(self, stage: Stage) -> list[Event]:
        events: list[Event] = []
        for number in range(1, self.times + 1):
            if not (events and events[-1].at_once):
                stage.pause(self.seconds * (1.0 if number == 1 else stage.random.uniform(0.1, 1.0)))
            events.append(self.fault.inject(stage, number))
            self.say(f"  {number} of {self.times}: {events[-1].text}")
        return events

    def _settle(self, stage: Stage) -> None:
        """Wait until all is archived that was published, or until no more comes."""
        stage.answering(stage.scratch.agents)
        stage.recording()
        least, deadline = math.inf, time.monotonic() + _PATIENCE_SECONDS
        while (lost := self._lost(stage)) and time.monotonic() < deadline:
            if lost < least:
                least, deadline = lost, time.monotonic() + _PATIENCE_SECONDS
            stage.pause(_POLL_SECONDS)
        stage.watch.look()

    def _lost(self, stage: Stage) -> float:
        try:
            return self._audit(stage).lost
        except ArchiveError:
            # A journal that was sealed under our eyes: look again.
            return math.inf

    def _audit(self, stage: Stage) -> Audit:
        patterns = [f"{name}.{self.load.feed}.*" for name in stage.sources.names]
        return audit(stage.scratch.archive, patterns, stage.sources.published, self.load)
