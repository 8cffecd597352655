"""How far a movement has come."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent import Run

_ENOUGH_GONE = 0.05


class MoveProgress:
    """Tells a run's clients, from how far the device still has to go: a fraction, and the seconds left."""

    def __init__(self, run: Run, stage: str, target: Any, whole: float, unit: str | None = None) -> None:
        """`whole` is how far it is from the beginning to the target, in what `tell` counts."""
        self._run = run
        self._whole = max(whole, 1e-6)
        self._least = 0.0
        run.progress(stage=stage, target=target, unit=unit, fraction=0.0, seconds_left=None)

    def tell(self, left: float, elapsed_seconds: float) -> None:
        """Say how much is left; a device that goes away first, as a mount that flips, makes no step back."""
        fraction = min(1.0, max(0.0, 1.0 - left / self._whole))
        self._least = max(self._least, fraction)
        seconds = elapsed_seconds * (1.0 - self._least) / self._least if self._least > _ENOUGH_GONE else None
        self._run.progress(fraction=self._least, seconds_left=seconds)

    def arrived(self) -> None:
        """Say that nothing is left."""
        self._run.progress(fraction=1.0, seconds_left=0.0)
