"""Whether the dome lets a mount be pointed at anything."""

from __future__ import annotations

from collections.abc import Callable

from ocs_sim.agent import Run

from .._device import LatestSample
from ._errors import NotReady

# ASCOM's ShutterState.
_OPEN = 0
_UNKNOWN = -1
_SHUTTER_NAMES = {1: "closed", 2: "opening", 3: "closing", 4: "in error"}
_POLL_SECONDS = 0.2


class DomeGate:
    """Lets runs pass while the dome is open; what is not known, or stale, counts as shut."""

    def __init__(self, dome: LatestSample | None, policy: str, longest_wait_seconds: float) -> None:
        """`policy` is `ignore`, `wait` or `refuse`."""
        self._dome = dome
        self._policy = policy
        self._longest_wait_seconds = longest_wait_seconds

    @property
    def obstacle(self) -> str | None:
        """What keeps the telescope from seeing the sky, or None."""
        if self._dome is None or self._policy == "ignore":
            return None
        values = self._dome.values
        if values is None:
            return f"the dome is not known to be open: {self._dome.problem}"
        shutter = int(values.get("shutter", _UNKNOWN))
        if shutter == _OPEN:
            return None
        return f"the dome's shutter is {_SHUTTER_NAMES.get(shutter, 'in an unknown state')}"

    def pass_through(self, run: Run, check: Callable[[], None]) -> None:
        """Return when the dome is open; `check` is called during the wait, to raise when it has become vain.

        Raises NotReady when the policy is to refuse, or when the wait is too long.
        """
        obstacle = self.obstacle
        if obstacle is None:
            return
        if self._policy == "refuse":
            raise NotReady(f"Not now: {obstacle}.")
        self._wait(run, check)

    def _wait(self, run: Run, check: Callable[[], None]) -> None:
        timer = run.token.timer
        deadline = timer.monotonic() + self._longest_wait_seconds
        while (obstacle := self.obstacle) is not None:
            if timer.monotonic() > deadline:
                raise NotReady(f"Waited {self._longest_wait_seconds:.0f} s, and {obstacle} still.")
            run.progress(
                stage="waiting", waiting_for=obstacle, seconds_left=max(0.0, deadline - timer.monotonic())
            )
            run.sleep(_POLL_SECONDS)
            check()
        run.progress(waiting_for=None, seconds_left=None)
