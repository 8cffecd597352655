"""A motor that goes to places: what dome, focuser, rotator, wheel and cover have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ocs_sim.world._axis import Axis
from ocs_sim.world._errors import Faulted
from ocs_sim.world._faults import Fault
from ocs_sim.world._timeline import Timeline

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_RAMP_SECONDS = 0.05
_POWER = "power.lost"


class Motor:
    """An axis that goes where it is sent, and fails as its fault or the loss of power say."""

    def __init__(self, world: World, part: str, axis: Axis, fault: str, reason: str) -> None:
        """Drive an axis of `part`; `fault` jams it, for the `reason` that the user is told."""
        self._world = world
        self._part = part
        self._axis = axis
        self._reasons = {fault: reason, _POWER: "it has no power"}
        self._ends = float("-inf")
        self._failure: str | None = None
        self._cancel: Callable[[], None] | None = None
        for name in self._reasons:
            world.faults.on(name, self._jam, _nothing)

    @property
    def timeline(self) -> Timeline:
        """Where it was, is and will be."""
        return self._axis.timeline

    @property
    def failed(self) -> bool:
        """Whether the last motion could not be finished."""
        return self._failure is not None

    def position(self) -> float:
        """Return where it is now."""
        return self._axis.position(self._world.now())

    def moving(self) -> bool:
        """Return whether it moves; raises Faulted if the last motion could not be finished."""
        if self._failure:
            raise Faulted(part=self._part, reason=self._failure)
        return self._world.now() < self._ends

    def move_to(self, target: float, arrived: Callable[[float], None] | None = None) -> None:
        """Go to a target, and have `arrived(unix)` called then; raises Faulted if it cannot move."""
        now = self._world.now()
        for name, reason in self._reasons.items():
            if self._world.faults.is_active(name, now):
                self._failure = reason
                raise Faulted(part=self._part, reason=reason)
        self._forget()
        self._ends = self._axis.move_to(now, target, self._world.keep_since())
        if arrived is not None:
            self._cancel = self._world.at(self._ends, arrived)

    def halt(self) -> None:
        """Slow down and stop; a failure is forgotten."""
        now = self._world.now()
        self._failure = None
        if now < self._ends:
            self._forget()
            self._ends = self._axis.stop(now, self._world.keep_since())

    def _forget(self) -> None:
        self._failure = None
        if self._cancel:
            self._cancel()
            self._cancel = None

    def _jam(self, at: float, fault: Fault) -> None:
        if at < self._ends:
            self._forget()
            self._failure = self._reasons[fault.name]
            self._axis.freeze(at, self._world.keep_since())
            self._ends = at


def plain_axis(position: float, units_per_second: float, play: float = 0.0) -> Axis:
    """Return an axis that is at its full rate almost at once."""
    return Axis(position, units_per_second, units_per_second / _RAMP_SECONDS, play)


def _nothing(_at: float, _fault: Fault) -> None:
    pass
