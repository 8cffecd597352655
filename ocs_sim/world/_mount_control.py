"""How a mount is driven: slews, tracking, guiding, motion by hand, limits and failures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ocs_sim.world._errors import Faulted
from ocs_sim.world._faults import Fault
from ocs_sim.world._mount_drive import Goal, MountDrive
from ocs_sim.world._random_access import generator
from ocs_sim.world._tracking import Tracking

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_NEVER = -math.inf
_REASONS = {"power.lost": "it has no power", "mount.stall": "an axis has stalled"}


class MountControl:
    """The state of a mount's motion; its caller holds the world still, and tells the moment."""

    def __init__(self, world: World, drive: MountDrive) -> None:
        """Stand still."""
        self._world = world
        self._drive = drive
        self.tracking = Tracking()
        self.stopped_by: str | None = None
        self.lost = False
        self._resume: bool | None = None  # whether to track again after axes were moved by hand
        self._slew_ends = _NEVER
        self._failure: str | None = None
        self._hand_rates = [0.0, 0.0]
        self._guide_until = [_NEVER, _NEVER]
        self._cancel: list[Callable[[], None]] = []
        world.faults.on("mount.stall", self._stall, self._stall_over)
        world.faults.on("mount.encoder_lost", self._lose_encoders, _nothing)
        world.faults.on("power.lost", self._power_off, _nothing)

    def check_working(self, at: float) -> None:
        """Raise Faulted if it cannot move; else forget what failed before."""
        for name, reason in _REASONS.items():
            if self._world.faults.is_active(name, at):
                raise Faulted(part="mount", reason=reason)
        self._failure = None

    @property
    def failed(self) -> bool:
        """Whether the last slew could not be finished."""
        return self._failure is not None

    def check_finished(self) -> None:
        """Raise Faulted if the last slew could not be finished."""
        if self._failure:
            raise Faulted(part="mount", reason=self._failure)

    def slewing(self, at: float) -> bool:
        """Return whether it slews or is moved by hand."""
        return at < self._slew_ends or any(self._hand_rates)

    def guiding(self, at: float) -> bool:
        """Return whether a guide pulse runs."""
        return at < max(self._guide_until)

    def slew(self, at: float, goal: Goal, settle_seconds: float, arrived: Callable[[float], None]) -> None:
        """Go to a goal, and then have `arrived(unix)` called and track if that is on."""
        self._forget_plans()
        self._hand_rates, self._resume = [0.0, 0.0], None
        self._guide_until = [_NEVER, _NEVER]
        self.stopped_by = None
        self._slew_ends = self._drive.slew(at, goal, settle_seconds, self._world.keep_since())

        def done(end: float) -> None:
            arrived(end)
            self._follow(end)

        self._cancel.append(self._world.at(self._slew_ends, done))

    def set_tracking(self, at: float, tracking: Tracking) -> None:
        """Track so from now on, or once a slew has ended."""
        self.tracking = tracking
        if not self.slewing(at):
            self._follow(at)

    def move_by_hand(self, at: float, axis: int, rate: float) -> None:
        """Turn an axis at a rate; with both at 0, track again if it did before."""
        if not any(self._hand_rates) and at < self._slew_ends:
            self._slew_ends = self._follow(at)
        self._hand_rates[axis] = rate
        if not any(self._hand_rates):
            self._end_hand(at)
            return
        self._resume = self.tracking.on if self._resume is None else self._resume
        self._forget_plans()
        self._guide_until = [_NEVER, _NEVER]
        self._drive.run(at, (self._hand_rates[0], self._hand_rates[1]), self._world.keep_since())
        self.watch_limits(at)

    def guide(self, at: float, axis: int, rate: float, until: float) -> None:
        """Move one axis, at a rate in degrees a second on the sky, until a moment."""
        sign = self._drive.dec_sign(at)
        motor = (self._drive.hour, self._drive.dec)[axis]
        motor.run(at, self.tracking.axis_rates(sign)[axis], self._world.keep_since())
        motor.pulse(at, rate * (sign if axis else 1.0), until, self._world.keep_since())
        self._guide_until[axis] = until
        self._forget_plans()
        self.watch_limits(at)

    def abort(self, at: float) -> None:
        """Stop slewing or moving by hand, and track if it did before."""
        self._failure = None
        self._hand_rates = [0.0, 0.0]
        if at < self._slew_ends:
            self._slew_ends = self._follow(at)
        self._end_hand(at)

    def watch_limits(self, since: float) -> None:
        """Plan to stop where it runs into a limit, going on as it does."""
        breach = self._drive.breach(since)
        if breach is not None:
            self._cancel.append(self._world.at(breach.at, lambda at: self._stop_at_limit(at, breach.reason)))

    def found_home(self, at: float) -> None:
        """Know again where it is."""
        if self.lost:
            self.lost = False
            self._drive.set_zeros(at, 0.0, 0.0, self._world.keep_since())

    def _end_hand(self, at: float) -> None:
        if self._resume is not None:
            self.tracking = replace(self.tracking, on=self._resume)
            self._resume = None
            self._slew_ends = self._follow(at)

    def _follow(self, at: float) -> float:
        """Let the axes track, or stand, from now on, and return when they do."""
        self._forget_plans()
        self._guide_until = [_NEVER, _NEVER]
        if self._world.faults.is_active("mount.stall", at):
            return at
        rates = self.tracking.axis_rates(self._drive.dec_sign(at))
        reached = self._drive.run(at, rates, self._world.keep_since())
        self.watch_limits(reached)
        return reached

    def _stop_at_limit(self, at: float, reason: str) -> None:
        self.stopped_by = reason
        self.tracking, self._resume = self.tracking.stopped(), None
        self._hand_rates = [0.0, 0.0]
        self._slew_ends = self._follow(at)

    def _forget_plans(self) -> None:
        for cancel in self._cancel:
            cancel()
        self._cancel.clear()

    def _stall(self, at: float, fault: Fault) -> None:
        axis = fault.values["axis"]
        if axis in ("both", "hour_angle"):
            self._drive.hour.freeze(at, self._world.keep_since())
        if axis in ("both", "declination"):
            self._drive.dec.freeze(at, self._world.keep_since())
        self._fail(at, _REASONS["mount.stall"])

    def _stall_over(self, at: float, _: Fault) -> None:
        self._follow(at)

    def _power_off(self, at: float, _: Fault) -> None:
        self.tracking, self._resume = self.tracking.stopped(), None
        self._fail(at, _REASONS["power.lost"])
        self._drive.hour.freeze(at, self._world.keep_since())
        self._drive.dec.freeze(at, self._world.keep_since())

    def _fail(self, at: float, reason: str) -> None:
        if self.slewing(at):
            self._failure = reason
        self._forget_plans()
        self._hand_rates, self._slew_ends = [0.0, 0.0], at

    def _lose_encoders(self, at: float, fault: Fault) -> None:
        self.lost = True
        hour, dec = generator(self._world.seed, "mount.encoder", int(at) % 2**30).normal(size=2)
        scale = float(fault.values["degrees"]) / math.hypot(hour, dec)
        self._drive.shift_zeros(at, hour * scale, dec * scale, self._world.keep_since())


def _nothing(_at: float, _fault: Fault) -> None:
    pass
