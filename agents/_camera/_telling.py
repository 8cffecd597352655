"""Telling how far a series of exposures has come."""

from __future__ import annotations

from dataclasses import dataclass

from ocs_sim.agent import Run


@dataclass(frozen=True)
class Telling:
    """Tells a run's progress within image `number` of `count`, from 1."""

    run: Run
    number: int = 1
    count: int = 1

    def stage(self, stage: str, fraction: float | None = None, seconds_left: float | None = None) -> None:
        """Say what goes on, how much of it is done and how long this image's exposure still takes."""
        done = None if fraction is None else (self.number - 1 + min(max(fraction, 0.0), 1.0)) / self.count
        which = f" {self.number} of {self.count}" if self.count > 1 else ""
        self.run.progress(stage=stage + which, fraction=done, seconds_left=seconds_left)
