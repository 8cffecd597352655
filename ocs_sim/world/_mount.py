"""The mount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ocs_sim.almanac import to_equatorial
from ocs_sim.world._checks import check_equatorial, check_range
from ocs_sim.world._errors import Faulted, NotAllowedNow, OutOfRange, Parked, Unreachable
from ocs_sim.world._mount_axes import wrapped
from ocs_sim.world._mount_drive import Goal
from ocs_sim.world._mount_sight import MountSight
from ocs_sim.world._part import locked
from ocs_sim.world._tracking import TRACKING_RATES, Tracking

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_LARGEST_OFFSET_ARCSECONDS_PER_SECOND = 900.0
_LONGEST_PULSE_MILLISECONDS = 3_600_000
# What lies so far ahead of a mount that a limit has stopped is beyond the limit.
_A_LITTLE_LATER_DEGREES = 0.1
_LONGEST_SETTLING_SECONDS = 600.0
_GUIDING = {"north": (1, 1.0), "south": (1, -1.0), "east": (0, -1.0), "west": (0, 1.0)}


class Mount(MountSight):
    """An equatorial mount: what it can be told."""

    def __init__(self, world: World) -> None:
        """Stand at the park position."""
        super().__init__(world)
        self._parked = self.profile.starts_parked
        self._home = False
        self._guide_rates = [self.profile.guide_rate_arcseconds_per_second] * 2
        self._settle_seconds = self.profile.settle_seconds

    @property
    @locked
    def at_park(self) -> bool:
        """Whether it is parked."""
        return self._parked

    @property
    @locked
    def at_home(self) -> bool:
        """Whether it stands at its home position, put there by `find_home`."""
        return self._home

    @property
    def is_german(self) -> bool:
        """Whether it has two pier sides."""
        return self._drive.axes.german

    @property
    def guide_rates(self) -> tuple[float, float]:
        """Rates of guide pulses, arcseconds a second, in right ascension and declination."""
        return self._guide_rates[0], self._guide_rates[1]

    @locked
    def set_guide_rates(self, right_ascension: float, declination: float) -> None:
        """Set the rates of guide pulses, arcseconds a second, above 0 and at most 60; raises OutOfRange."""
        for rate in (right_ascension, declination):
            check_range("A guide rate in arcseconds a second", rate, 0.01, 60.0)
        self._guide_rates = [right_ascension, declination]

    @property
    def settle_seconds(self) -> float:
        """How long a slew lasts after the axes have arrived; can be set, 0 to 600, raises OutOfRange."""
        return self._settle_seconds

    @settle_seconds.setter
    def settle_seconds(self, seconds: float) -> None:
        check_range("The time to settle", seconds, 0.0, _LONGEST_SETTLING_SECONDS)
        self._settle_seconds = seconds

    # What it is told.

    @locked
    def slew_to_equatorial(
        self, right_ascension_hours: float, declination_degrees: float, pier_side: str | None = None
    ) -> None:
        """Slew to an apparent place and follow it; needs tracking.

        Raises Parked, NotAllowedNow, OutOfRange, Faulted, and Unreachable: too low, out of reach.
        """
        now = self._ready("slew")
        check_equatorial(right_ascension_hours, declination_degrees)
        if not self._control.tracking.on:
            raise NotAllowedNow(
                part="mount", action="slew to the sky", reason="it does not track: turn tracking on"
            )
        side = pier_side or self.destination_pier_side(right_ascension_hours, declination_degrees)
        goal = self._drive.goal(
            now, right_ascension_hours * 15.0, declination_degrees, side, self._control.tracking
        )
        self._check_reachable(goal)
        self._slew(now, goal, lambda _: None)

    @locked
    def slew_to_horizontal(self, altitude_degrees: float, azimuth_degrees: float) -> None:
        """Slew to an altitude and azimuth, and stay there; must not track. Raises as slew_to_equatorial."""
        now = self._ready("slew")
        check_range("The altitude", altitude_degrees, -90.0, 90.0)
        check_range("The azimuth", azimuth_degrees, 0.0, 360.0)
        if self._control.tracking.on:
            raise NotAllowedNow(
                part="mount", action="slew to the ground", reason="it tracks: turn tracking off"
            )
        hour_angle, dec = to_equatorial(altitude_degrees, azimuth_degrees, self._latitude)
        side = self._drive.axes.natural_side(float(hour_angle))
        goal = Goal(*self._drive.axes.to_axes(float(hour_angle), float(dec), side))
        self._check_reachable(goal)
        self._slew(now, goal, lambda _: None)

    @locked
    def destination_pier_side(self, right_ascension_hours: float, declination_degrees: float) -> str:
        """Return the pier side which a slew to an apparent place would end on; raises OutOfRange."""
        check_equatorial(right_ascension_hours, declination_degrees)
        sidereal = float(self._drive.sidereal_degrees(self._world.now()))
        return self._drive.axes.natural_side(sidereal - right_ascension_hours * 15.0)

    @locked
    def set_tracking(self, on: bool) -> None:
        """Follow the sky or stand still; raises Parked, NotAllowedNow at a limit, and Faulted."""
        if on == self._control.tracking.on and not self._control.failed:
            return
        now = self._ready("track") if on else self._world.now()
        if on and not self._may_track(now):
            raise NotAllowedNow(
                part="mount", action="track", reason="it stands at a limit: slew away from it"
            )
        self._home = self._home and not on
        self._control.set_tracking(now, replace(self._control.tracking, on=on))

    @locked
    def set_tracking_rate(self, rate: str) -> None:
        """Follow at another rate; offsets end unless it is sidereal. Raises OutOfRange for an unknown one."""
        if rate not in TRACKING_RATES:
            raise OutOfRange(
                what="The tracking rate", value=rate, allowed=f"one of {', '.join(TRACKING_RATES)}"
            )
        kept = self._control.tracking if rate == "sidereal" else Tracking(on=self._control.tracking.on)
        self._control.set_tracking(self._world.now(), replace(kept, rate=rate))

    @locked
    def set_rate_offsets(
        self, right_ascension: float | None = None, declination: float | None = None
    ) -> None:
        """Follow faster or slower: seconds of RA in a sidereal second, arcseconds in a second; None keeps it.

        Raises NotAllowedNow unless the tracking rate is sidereal, and OutOfRange beyond 900 arcsec/s.
        """
        if self._control.tracking.rate != "sidereal":
            raise NotAllowedNow(
                part="mount", action="offset its tracking", reason="its tracking rate is not sidereal"
            )
        limit = _LARGEST_OFFSET_ARCSECONDS_PER_SECOND
        ra = self._control.tracking.right_ascension_offset if right_ascension is None else right_ascension
        dec = self._control.tracking.declination_offset if declination is None else declination
        check_range("The offset in right ascension", ra, -limit / 15.0, limit / 15.0)
        check_range("The offset in declination", dec, -limit, limit)
        changed = replace(self._control.tracking, right_ascension_offset=ra, declination_offset=dec)
        self._control.set_tracking(self._world.now(), changed)

    @locked
    def move_axis(self, axis: int, degrees_per_second: float) -> None:
        """Turn axis 0 (positive: to the west) or 1 (positive: as the north on pier side east), until it is 0.

        With the last axis stopped it tracks again if it did. Raises OutOfRange, Parked and Faulted.
        """
        now = self._ready("move")
        limit = self.profile.max_rate_degrees_per_second
        check_range("The rate of an axis", degrees_per_second, -limit, limit)
        if axis not in (0, 1):
            raise OutOfRange(what="The axis", value=axis, allowed="0 or 1")
        self._home = self._home and not degrees_per_second
        self._control.move_by_hand(now, axis, degrees_per_second)

    @locked
    def pulse_guide(self, direction: str, milliseconds: float) -> None:
        """Move `north`, `south`, `east` or `west` at the guide rate for a time; both axes may do so at once.

        A pulse takes the place of one that still runs on its axis. Raises OutOfRange, Parked, Faulted, and
        NotAllowedNow unless it tracks and does not slew.
        """
        now = self._ready("guide")
        if direction not in _GUIDING:
            raise OutOfRange(what="The direction", value=direction, allowed=f"one of {', '.join(_GUIDING)}")
        check_range("The length of a pulse in milliseconds", milliseconds, 0, _LONGEST_PULSE_MILLISECONDS)
        if not self._control.tracking.on or self._control.slewing(now):
            raise NotAllowedNow(part="mount", action="guide", reason="it does not track, or slews")
        axis, sign = _GUIDING[direction]
        rate = sign * self._guide_rates[axis] / 3600.0
        self._control.guide(now, axis, rate, now + milliseconds / 1000.0)

    @locked
    def park(self) -> None:
        """Slew to the park position and stay there; nothing if it is parked. Raises Faulted."""
        if self._parked:
            return
        now = self._ready("park")
        self._control.tracking = self._control.tracking.stopped()
        self._slew(now, Goal(*self._park), self._parked_now)

    @locked
    def unpark(self) -> None:
        """Be ready to move; does not turn tracking on."""
        self._world.now()
        self._parked = False

    @locked
    def set_park_here(self) -> None:
        """Make where it stands its park position."""
        self._park = self._drive.reported_axes(self._world.now())

    @locked
    def find_home(self) -> None:
        """Slew to the home position, and know again where it is if it had lost that; tracking ends."""
        now = self._ready("find its home", lost=True)
        self._control.tracking = self._control.tracking.stopped()
        zeros, lost = self._drive.zeros(now), self._control.lost
        hour, dec = self._drive.axes.home
        self._slew(now, Goal(hour + zeros[0] * lost, dec + zeros[1] * lost), self._home_now)

    @locked
    def sync_to_equatorial(self, right_ascension_hours: float, declination_degrees: float) -> None:
        """Take an apparent place as where it points; raises Parked, OutOfRange and NotAllowedNow."""
        now = self._ready("sync")
        check_equatorial(right_ascension_hours, declination_degrees)
        if not self._control.tracking.on:
            raise NotAllowedNow(part="mount", action="sync", reason="it does not track: turn tracking on")
        self._take_as(now, right_ascension_hours, declination_degrees)

    @locked
    def sync_to_horizontal(self, altitude_degrees: float, azimuth_degrees: float) -> None:
        """Take an altitude and azimuth as those that it points at; raises Parked and OutOfRange."""
        now = self._ready("sync")
        check_range("The altitude", altitude_degrees, -90.0, 90.0)
        check_range("The azimuth", azimuth_degrees, 0.0, 360.0)
        hour_angle, dec = to_equatorial(altitude_degrees, azimuth_degrees, self._latitude)
        hours = (float(self._drive.sidereal_degrees(now)) - float(hour_angle)) / 15.0
        self._take_as(now, hours % 24.0, float(dec))

    @locked
    def abort(self) -> None:
        """Stop slewing, or moving by hand, and track if it did before; raises Parked."""
        now = self._world.now()
        if self._parked:
            raise Parked(part="mount", action="stop")
        self._control.abort(now)

    def _ready(self, action: str, *, lost: bool = False) -> float:
        now = self._world.now()
        if self._parked:
            raise Parked(part="mount", action=action)
        self._control.check_working(now)
        if self._control.lost and not lost and action in ("slew", "park", "sync"):
            raise Faulted(part="mount", reason="it has lost its position: let it find its home")
        return now

    def _may_track(self, now: float) -> bool:
        if not self._control.stopped_by:
            return True
        hour, dec = self._drive.reported_axes(now)
        return bool(self._drive.limits.allowed(hour + _A_LITTLE_LATER_DEGREES, dec))

    def _check_reachable(self, goal: Goal) -> None:
        hour, dec = goal.hour_axis, goal.dec_axis
        if not self._drive.axes.in_range(hour, dec):
            raise Unreachable(what="That place", reason="the axes do not go there")
        if not self._drive.limits.above_horizon(hour, dec):
            raise Unreachable(what="That place", reason="it is below the horizon of this observatory")

    def _slew(self, now: float, goal: Goal, arrived: Callable[[float], None]) -> None:
        self._home = False
        self._control.slew(now, goal, self._settle_seconds, arrived)

    def _take_as(self, now: float, right_ascension_hours: float, declination_degrees: float) -> None:
        ra_degrees = right_ascension_hours * 15.0
        goal = self._drive.goal(now, ra_degrees, declination_degrees, self.pier_side, self._control.tracking)
        hour, dec = self._drive.reported_axes(now)
        self._drive.shift_zeros(
            now, float(wrapped(goal.hour_axis - hour)), goal.dec_axis - dec, self._world.keep_since()
        )
        self._control.watch_limits(now)

    def _parked_now(self, _: float) -> None:
        self._parked = True
        self._control.tracking = self._control.tracking.stopped()

    def _home_now(self, at: float) -> None:
        self._home = not self._control.tracking.on
        self._control.found_home(at)
