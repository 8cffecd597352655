"""Whether the dome lets a mount be pointed at anything, and see what it points at."""

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
# Until the dome has heard where the mount is now, and has told how far off its slit is.
_HEARD_SECONDS = 0.5
_CLEAR_DEGREES = 3.0


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

    def await_slit(self, run: Run) -> None:
        """Return when the slit of a dome that follows is where the telescope looks now.

        Nothing is raised when it comes too late, which is told: the telescope is where it was sent.
        """
        timer = run.token.timer
        arrived = timer.monotonic()
        deadline = arrived + self._longest_wait_seconds
        while (error := self._slit_error(timer.monotonic() - arrived)) is not None:
            left = deadline - timer.monotonic()
            if left <= 0:
                run.message(f"The dome's slit is {error:.0f} deg from where the telescope looks, still.")
                break
            run.progress(stage="waiting", waiting_for="the dome's slit", seconds_left=left)
            run.sleep(_POLL_SECONDS)
        run.progress(stage="arrived", waiting_for=None, seconds_left=None)

    def _slit_error(self, seconds_here: float) -> float | None:
        """Return by how many degrees the slit of a dome that follows is off, None if it is not."""
        if self._dome is None or self._policy == "ignore":
            return None
        values, age = self._dome.values, self._dome.age_seconds
        if values is None or age is None or not values.get("slaved"):
            return None
        error = abs(float(values.get("azimuth_error", 0.0)))
        is_heard = seconds_here - age >= _HEARD_SECONDS
        return None if is_heard and error <= _CLEAR_DEGREES else error

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
