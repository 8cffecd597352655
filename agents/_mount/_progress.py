"""How far a slew has come."""

from __future__ import annotations

from ocs_sim.agent import Run

_ENOUGH_GONE = 0.05


class SlewProgress:
    """Tells a run's clients, from how far the mount still has to go."""

    def __init__(self, run: Run, stage: str, target: str, miss_degrees: float) -> None:
        self._run = run
        self._whole = max(miss_degrees, 1e-6)
        self._least = 0.0
        run.progress(stage=stage, target=target, fraction=0.0, seconds_left=None)

    def tell(self, miss_degrees: float, elapsed_seconds: float) -> None:
        """Say how much is left; a mount that flips goes away first, which is no step back."""
        fraction = min(1.0, max(0.0, 1.0 - miss_degrees / self._whole))
        self._least = max(self._least, fraction)
        left = elapsed_seconds * (1.0 - self._least) / self._least if self._least > _ENOUGH_GONE else None
        self._run.progress(fraction=self._least, seconds_left=left)
