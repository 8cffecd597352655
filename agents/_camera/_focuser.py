"""Moving the focuser so that its gears always push from the same side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ocs_sim.agent import OperationFailed, Run

from .._device import DeviceError, DeviceLink, safely, wait_until
from ._rig import ask

_POLL_SECONDS = 0.1


class BeyondFocus(OperationFailed):
    """The focuser moves from 0 to {most} steps, not to {wanted}."""


class NotAbsolute(OperationFailed):
    """This focuser does not know its position; it takes steps relative to where it is only."""


@dataclass(frozen=True)
class FocuserFacts:
    """What the focuser says of itself; `step_micrometres` None if it does not say."""

    is_absolute: bool
    most_steps: int
    most_at_once: int
    step_micrometres: float | None = None

    def steps(self, micrometres: float) -> int:
        """Return a length in steps. Raises OperationFailed for a focuser that does not tell their length."""
        if not self.step_micrometres:
            raise OperationFailed("This focuser does not say how long its steps are: give steps.")
        return round(micrometres / self.step_micrometres)


class FocusMover:
    """Moves one focuser; the last leg of a way to a position always goes up by `backlash_steps` or more."""

    def __init__(
        self, link: DeviceLink, facts: FocuserFacts, backlash_steps: int, timeout_seconds: float
    ) -> None:
        self.facts = facts
        self._link = link
        self._backlash = backlash_steps
        self._timeout = timeout_seconds
        self._reached_from_below: int | None = None

    def position(self) -> int:
        """Return where the focuser is, in steps; raises NotAbsolute."""
        if not self.facts.is_absolute:
            raise NotAbsolute
        return int(self._link.read(lambda focuser: focuser.Position))

    def check(self, position: int) -> None:
        """Raise BeyondFocus for a position that is out of reach."""
        if not 0 <= position <= self.facts.most_steps:
            raise BeyondFocus(most=self.facts.most_steps, wanted=position)

    def move_to(self, run: Run, position: int) -> None:
        """Move, and wait; raises BeyondFocus before anything moves."""
        self.check(position)
        for leg in self._legs(self.position(), position):
            self._reached_from_below = None
            self._move(run, leg)
        self._reached_from_below = position

    def move_by(self, run: Run, steps: int) -> None:
        """Move by so many steps."""
        if self.facts.is_absolute:
            self.move_to(run, self.position() + steps)
            return
        for part in _parts(steps, self.facts.most_at_once):
            self._move(run, part)

    def send_back(self, position: int) -> None:
        """Tell the focuser to go somewhere without waiting for it: for runs that may not wait any more."""
        self._reached_from_below = None
        with suppress(DeviceError):
            self._link.call(lambda focuser: focuser.Move(position), f"go back to {position}")

    def _legs(self, now: int, target: int) -> Iterator[int]:
        if now == target == self._reached_from_below:
            return
        below = max(target - self._backlash, 0)
        already_pushing = now == self._reached_from_below and now <= target
        if now > below and not already_pushing:
            yield from _stops(now, below, self.facts.most_at_once)
            now = below
        yield from _stops(now, target, self.facts.most_at_once)

    def _move(self, run: Run, target: int) -> None:
        with safely(self._link, "halt", lambda focuser: focuser.Halt()):
            self._link.call(lambda focuser: focuser.Move(target), f"move to {target}")
            wait_until(
                run,
                self._link,
                lambda focuser: not focuser.IsMoving,
                f"moving to {target}",
                limit_seconds=self._timeout,
                poll_seconds=_POLL_SECONDS,
            )


def read_focuser(link: DeviceLink) -> FocuserFacts:
    """Ask the focuser what it is."""
    return FocuserFacts(
        is_absolute=bool(link.read(lambda focuser: focuser.Absolute)),
        most_steps=int(link.read(lambda focuser: focuser.MaxStep)),
        most_at_once=int(link.read(lambda focuser: focuser.MaxIncrement)),
        step_micrometres=ask(link, lambda focuser: float(focuser.StepSize)),
    )


def _stops(now: int, target: int, most_at_once: int) -> Iterator[int]:
    for part in _parts(target - now, most_at_once):
        now += part
        yield now


def _parts(steps: int, most_at_once: int) -> Iterator[int]:
    direction = 1 if steps > 0 else -1
    left = abs(steps)
    while left > 0:
        part = min(left, max(most_at_once, 1))
        left -= part
        yield direction * part
