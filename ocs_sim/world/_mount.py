"""The mount, as it is driven and as it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ocs_sim.almanac import apparent_to_icrs, to_equatorial, to_horizontal
from ocs_sim.world._errors import Faulted, NotAllowedNow, OutOfRange, Parked, Unreachable
from ocs_sim.world._faults import Fault
from ocs_sim.world._mount_axes import Truths, wrapped
from ocs_sim.world._mount_drive import Goal, MountDrive
from ocs_sim.world._part import Part, locked, moments
from ocs_sim.world._pointing import TruePointing, sky_of, true_pointing
from ocs_sim.world._random_access import generator
from ocs_sim.world._timeline import Floats
from ocs_sim.world._tracking import TRACKING_RATES, Tracking

if TYPE_CHECKING:
    from ocs_sim.world._world import World

_LARGEST_OFFSET_ARCSECONDS_PER_SECOND = 900.0
_LONGEST_PULSE_MILLISECONDS = 3_600_000
_LONGEST_SETTLING_SECONDS = 600.0
_GUIDING = {"north": (1, 1.0), "south": (1, -1.0), "east": (0, -1.0), "west": (0, 1.0)}


class Mount(Part):
    """An equatorial mount that reports clean apparent coordinates; only a camera sees `true_pointing`.

    Right ascension in hours, all other angles in degrees, both of date, without refraction.
    """

    def __init__(self, world: World) -> None:
        """Stand at the park position."""
        super().__init__(world)
        self.profile = world.profile.mount
        self._latitude = world.place.latitude_degrees
        drive = MountDrive(self.profile, world.place, world.seed, (0.0, 0.0))
        hour_angle, dec = to_equatorial(
            self.profile.park_altitude_degrees, self.profile.park_azimuth_degrees, self._latitude
        )
        side = drive.axes.natural_side(float(hour_angle))
        self._park = drive.axes.to_axes(float(hour_angle), float(dec), side)
        self._drive = MountDrive(self.profile, world.place, world.seed, self._park)
        self._tracking = Tracking()
        self._resume: bool | None = None  # whether to track again after axes were moved by hand
        self._parked = self.profile.starts_parked
        self._home = False
        self._slew_ends = -np.inf
        self._failure: str | None = None
        self._lost = False
        self._hand_rates = [0.0, 0.0]
        self._guide_until = [-np.inf, -np.inf]
        self._guide_rates = [self.profile.guide_rate_arcseconds_per_second] * 2
        self._cancel: list[Callable[[], None]] = []
        self._settle_seconds = self.profile.settle_seconds
        self.stopped_by: str | None = None  # the limit that it ran into last
        world.faults.on("mount.stall", self._stall, self._stall_over)
        world.faults.on("mount.encoder_lost", self._lose_encoders, _nothing)
        world.faults.on("power.lost", self._power_off, _nothing)

    # What it reports.

    @property
    @locked
    def right_ascension_hours(self) -> float:
        """Apparent right ascension, 0 to below 24."""
        return self._equatorial()[0]

    @property
    @locked
    def declination_degrees(self) -> float:
        """Apparent declination."""
        return self._equatorial()[1]

    @property
    @locked
    def hour_angle_hours(self) -> float:
        """Hour angle, -12 to below 12."""
        return float(self._drive.reported(moments(self._world.now()))[0]) / 15.0

    @property
    @locked
    def altitude_degrees(self) -> float:
        """Altitude, without refraction."""
        return self._horizontal()[0]

    @property
    @locked
    def azimuth_degrees(self) -> float:
        """Azimuth, north 0, east 90, below 360."""
        return self._horizontal()[1]

    @property
    @locked
    def sidereal_time_hours(self) -> float:
        """Local apparent sidereal time, 0 to below 24."""
        return float(self._drive.sidereal_degrees(self._world.now())) / 15.0 % 24.0

    @property
    @locked
    def pier_side(self) -> str:
        """`east` (normal) or `west` (through the pole); always `east` for a fork."""
        return "west" if self._drive.dec_sign(self._world.now()) < 0 else "east"

    @property
    @locked
    def slewing(self) -> bool:
        """Whether it slews, or is moved by hand; raises Faulted once if the slew could not be finished."""
        if self._failure:
            raise Faulted(part="mount", reason=self._failure)
        return self._world.now() < self._slew_ends or any(self._hand_rates)

    @property
    @locked
    def tracking(self) -> bool:
        """Whether it follows the sky."""
        return self._tracking.on

    @property
    @locked
    def tracking_rate(self) -> str:
        """`sidereal`, `lunar`, `solar` or `king`."""
        return self._tracking.rate

    @property
    @locked
    def right_ascension_rate(self) -> float:
        """Offset of the tracking rate, seconds of right ascension in a sidereal second."""
        return self._tracking.right_ascension_offset

    @property
    @locked
    def declination_rate(self) -> float:
        """Offset of the tracking rate, arcseconds in a second."""
        return self._tracking.declination_offset

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
    @locked
    def guiding(self) -> bool:
        """Whether a guide pulse runs on either axis."""
        return self._world.now() < max(self._guide_until)

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
            _check("A guide rate in arcseconds a second", rate, 0.01, 60.0)
        self._guide_rates = [right_ascension, declination]

    @property
    def settle_seconds(self) -> float:
        """How long a slew lasts after the axes have arrived; can be set, 0 to 600, raises OutOfRange."""
        return self._settle_seconds

    @settle_seconds.setter
    def settle_seconds(self, seconds: float) -> None:
        _check("The time to settle", seconds, 0.0, _LONGEST_SETTLING_SECONDS)
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
        _check_equatorial(right_ascension_hours, declination_degrees)
        if not self._tracking.on:
            raise NotAllowedNow(
                part="mount", action="slew to the sky", reason="it does not track: turn tracking on"
            )
        side = pier_side or self.destination_pier_side(right_ascension_hours, declination_degrees)
        goal = self._drive.goal(now, right_ascension_hours * 15.0, declination_degrees, side, self._tracking)
        self._check_reachable(goal)
        self._slew(now, goal, lambda _: None)

    @locked
    def slew_to_horizontal(self, altitude_degrees: float, azimuth_degrees: float) -> None:
        """Slew to an altitude and azimuth, and stay there; must not track. Raises as slew_to_equatorial."""
        now = self._ready("slew")
        _check("The altitude", altitude_degrees, -90.0, 90.0)
        _check("The azimuth", azimuth_degrees, 0.0, 360.0)
        if self._tracking.on:
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
        _check_equatorial(right_ascension_hours, declination_degrees)
        sidereal = float(self._drive.sidereal_degrees(self._world.now()))
        return self._drive.axes.natural_side(sidereal - right_ascension_hours * 15.0)

    @locked
    def set_tracking(self, on: bool) -> None:
        """Follow the sky or stand still; raises Parked, NotAllowedNow at a limit, and Faulted."""
        if on == self._tracking.on and not self._failure:
            return
        now = self._ready("track") if on else self._world.now()
        if on and not self._may_track(now):
            raise NotAllowedNow(
                part="mount", action="track", reason="it stands at a limit: slew away from it"
            )
        self._home = self._home and not on
        self._tracking = replace(self._tracking, on=on)
        if now >= self._slew_ends and not any(self._hand_rates):
            self._follow(now)

    @locked
    def set_tracking_rate(self, rate: str) -> None:
        """Follow at another rate; offsets end unless it is sidereal. Raises OutOfRange for an unknown one."""
        if rate not in TRACKING_RATES:
            raise OutOfRange(
                what="The tracking rate", value=rate, allowed=f"one of {', '.join(TRACKING_RATES)}"
            )
        kept = self._tracking if rate == "sidereal" else Tracking(on=self._tracking.on)
        self._change(replace(kept, rate=rate))

    @locked
    def set_rate_offsets(
        self, right_ascension: float | None = None, declination: float | None = None
    ) -> None:
        """Follow faster or slower: seconds of RA in a sidereal second, arcseconds in a second; None keeps it.

        Raises NotAllowedNow unless the tracking rate is sidereal, and OutOfRange beyond 900 arcsec/s.
        """
        if self._tracking.rate != "sidereal":
            raise NotAllowedNow(
                part="mount", action="offset its tracking", reason="its tracking rate is not sidereal"
            )
        limit = _LARGEST_OFFSET_ARCSECONDS_PER_SECOND
        ra = self._tracking.right_ascension_offset if right_ascension is None else right_ascension
        dec = self._tracking.declination_offset if declination is None else declination
        _check("The offset in right ascension", ra, -limit / 15.0, limit / 15.0)
        _check("The offset in declination", dec, -limit, limit)
        self._change(replace(self._tracking, right_ascension_offset=ra, declination_offset=dec))

    @locked
    def move_axis(self, axis: int, degrees_per_second: float) -> None:
        """Turn axis 0 (positive: to the west) or 1 (positive: as the north on pier side east), until it is 0.

        With the last axis stopped it tracks again if it did. Raises OutOfRange, Parked and Faulted.
        """
        now = self._ready("move")
        limit = self.profile.max_rate_degrees_per_second
        _check("The rate of an axis", degrees_per_second, -limit, limit)
        if axis not in (0, 1):
            raise OutOfRange(what="The axis", value=axis, allowed="0 or 1")
        if not any(self._hand_rates) and now < self._slew_ends:
            self._stop_slew(now)
        self._hand_rates[axis] = degrees_per_second
        self._home = False
        if any(self._hand_rates):
            self._resume = self._tracking.on if self._resume is None else self._resume
            self._forget_plans()
            self._drive.run(now, (self._hand_rates[0], self._hand_rates[1]), self._world.keep_since())
            self._watch_limits(now)
        else:
            self._end_hand(now)

    @locked
    def pulse_guide(self, direction: str, milliseconds: float) -> None:
        """Move `north`, `south`, `east` or `west` at the guide rate for a time; both axes may do so at once.

        Raises OutOfRange, Parked, Faulted, and NotAllowedNow unless it tracks and does not slew.
        """
        now = self._ready("guide")
        if direction not in _GUIDING:
            raise OutOfRange(what="The direction", value=direction, allowed=f"one of {', '.join(_GUIDING)}")
        _check("The length of a pulse in milliseconds", milliseconds, 0, _LONGEST_PULSE_MILLISECONDS)
        if not self._tracking.on or now < self._slew_ends or any(self._hand_rates):
            raise NotAllowedNow(part="mount", action="guide", reason="it does not track, or slews")
        axis, sign = _GUIDING[direction]
        self._guide(now, axis, sign * self._guide_rates[axis] / 3600.0, now + milliseconds / 1000.0)

    @locked
    def park(self) -> None:
        """Slew to the park position and stay there; nothing if it is parked. Raises Faulted."""
        if self._parked:
            return
        now = self._ready("park")
        self._tracking = self._tracking.stopped()
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
        self._tracking = self._tracking.stopped()
        zeros = self._drive.zeros(now)
        hour, dec = self._drive.axes.home
        self._slew(now, Goal(hour + zeros[0] * self._lost, dec + zeros[1] * self._lost), self._home_now)

    @locked
    def sync_to_equatorial(self, right_ascension_hours: float, declination_degrees: float) -> None:
        """Take an apparent place as where it points; raises Parked, OutOfRange and NotAllowedNow."""
        now = self._ready("sync")
        _check_equatorial(right_ascension_hours, declination_degrees)
        if not self._tracking.on:
            raise NotAllowedNow(part="mount", action="sync", reason="it does not track: turn tracking on")
        self._take_as(now, right_ascension_hours, declination_degrees)

    @locked
    def sync_to_horizontal(self, altitude_degrees: float, azimuth_degrees: float) -> None:
        """Take an altitude and azimuth as those that it points at; raises Parked and OutOfRange."""
        now = self._ready("sync")
        _check("The altitude", altitude_degrees, -90.0, 90.0)
        _check("The azimuth", azimuth_degrees, 0.0, 360.0)
        hour_angle, dec = to_equatorial(altitude_degrees, azimuth_degrees, self._latitude)
        hours = (float(self._drive.sidereal_degrees(now)) - float(hour_angle)) / 15.0
        self._take_as(now, hours % 24.0, float(dec))

    @locked
    def abort(self) -> None:
        """Stop slewing, or moving by hand, and track if it did before; raises Parked."""
        now = self._world.now()
        if self._parked:
            raise Parked(part="mount", action="stop")
        self._failure = None
        self._hand_rates = [0.0, 0.0]
        self._stop_slew(now)
        self._end_hand(now)

    # What others ask: arrays of unix seconds in, arrays of the same shape out.

    @locked
    def true_pointing(self, times: Floats) -> TruePointing:
        """Return where the camera truly looked, ICRS, and the position angle of the tube's up."""
        at = moments(times)
        return true_pointing(self._world.place, at, *self._directions(at))

    @locked
    def true_horizontal(self, times: Floats) -> tuple[Floats, Floats]:
        """Return altitude and azimuth of where the camera truly looked."""
        hour, dec = sky_of(self._directions(moments(times))[0])
        altitude, azimuth = to_horizontal(hour, dec, self._latitude)
        return np.asarray(altitude), np.asarray(azimuth)

    @locked
    def true_side(self, times: Floats) -> tuple[Floats, Truths]:
        """Return the hour angle in degrees that the hour axis stands for, and whether on pier side `west`."""
        at = moments(times)
        west = self._drive.axes.through_pole(self._drive.dec.timeline.value(at))
        return self._drive.hour.timeline.value(at) + 180.0 * west, west

    @locked
    def commanded(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the ICRS right ascension and declination, degrees, that the mount believed in."""
        at = moments(times)
        hour, dec = self._drive.reported(at)
        ra, dec = apparent_to_icrs(self._drive.sidereal_degrees(at) - hour, dec, at)
        return np.asarray(ra), np.asarray(dec)

    # How it does that.

    def _directions(self, times: Floats) -> tuple[Floats, Floats]:
        return self._drive.true_directions(times, self._world.weather.wind(times))

    def _equatorial(self) -> tuple[float, float]:
        now = self._world.now()
        hour, dec = self._drive.reported(moments(now))
        ra = (float(self._drive.sidereal_degrees(now)) - float(hour)) / 15.0 % 24.0
        return ra % 24.0, float(dec)

    def _horizontal(self) -> tuple[float, float]:
        hour, dec = self._drive.reported(moments(self._world.now()))
        altitude, azimuth = to_horizontal(hour, dec, self._latitude)
        return float(altitude), float(azimuth)

    def _ready(self, action: str, *, lost: bool = False) -> float:
        now = self._world.now()
        if self._parked:
            raise Parked(part="mount", action=action)
        for name in ("power.lost", "mount.stall"):
            if self._world.faults.is_active(name, now):
                raise Faulted(part="mount", reason=_REASONS[name])
        if self._lost and not lost and action in ("slew", "park", "sync"):
            raise Faulted(part="mount", reason="it has lost its position: let it find its home")
        self._failure = None
        return now

    def _may_track(self, now: float) -> bool:
        hour, dec = self._drive.reported_axes(now)
        limits, axes = self._drive.limits, self._drive.axes
        later = hour + 0.1
        sinking = not limits.above_horizon(hour, dec) and not limits.above_horizon(later, dec)
        return bool(axes.in_range(later)) and (self._home or not sinking or not self.stopped_by)

    def _check_reachable(self, goal: Goal) -> None:
        hour, dec = goal.hour_axis, goal.dec_axis
        if not self._drive.axes.in_range(hour):
            raise Unreachable(what="That place", reason="the hour axis does not go there")
        if not self._drive.limits.above_horizon(hour, dec):
            raise Unreachable(what="That place", reason="it is below the horizon of this observatory")

    def _slew(self, now: float, goal: Goal, arrived: Callable[[float], None]) -> None:
        self._forget_plans()
        self._hand_rates, self._resume, self._home = [0.0, 0.0], None, False
        self._guide_until = [-np.inf, -np.inf]
        self.stopped_by = None
        self._slew_ends = self._drive.slew(now, goal, self._settle_seconds, self._world.keep_since())

        def done(at: float) -> None:
            arrived(at)
            self._watch_limits(at)

        self._cancel.append(self._world.at(self._slew_ends, done))

    def _stop_slew(self, now: float) -> None:
        if now < self._slew_ends:
            self._forget_plans()
            self._slew_ends = self._follow(now)

    def _take_as(self, now: float, right_ascension_hours: float, declination_degrees: float) -> None:
        ra_degrees = right_ascension_hours * 15.0
        goal = self._drive.goal(now, ra_degrees, declination_degrees, self.pier_side, self._tracking)
        hour, dec = self._drive.reported_axes(now)
        self._drive.shift_zeros(
            now, float(wrapped(goal.hour_axis - hour)), goal.dec_axis - dec, self._world.keep_since()
        )
        self._watch_limits(now)

    def _end_hand(self, now: float) -> None:
        if self._resume is not None:
            self._tracking = replace(self._tracking, on=self._resume)
            self._resume = None
            self._slew_ends = self._follow(now)

    def _change(self, tracking: Tracking) -> None:
        now = self._world.now()
        self._tracking = tracking
        if tracking.on and now >= self._slew_ends and not any(self._hand_rates):
            self._follow(now)

    def _follow(self, at: float) -> float:
        """Let the axes track, or stand, from now on, and return when they do."""
        self._forget_plans()
        self._guide_until = [-np.inf, -np.inf]
        if self._stalled(at):
            return at
        rates = self._tracking.axis_rates(self._drive.dec_sign(at))
        reached = self._drive.run(at, rates, self._world.keep_since())
        self._watch_limits(reached)
        return reached

    def _guide(self, now: float, axis: int, rate: float, until: float) -> None:
        rates = self._tracking.axis_rates(self._drive.dec_sign(now))
        driven = (self._drive.hour, self._drive.dec)[axis]
        driven.run(now, rates[axis], self._world.keep_since())
        driven.pulse(
            now, rate * (self._drive.dec_sign(now) if axis else 1.0), until, self._world.keep_since()
        )
        self._guide_until[axis] = until
        self._forget_plans()
        self._watch_limits(now)

    def _watch_limits(self, since: float) -> None:
        breach = self._drive.breach(since)
        if breach is not None:
            self._cancel.append(self._world.at(breach, self._stop_at_limit))

    def _stop_at_limit(self, at: float) -> None:
        hour, _ = self._drive.reported_axes(at + 1e-3)
        self.stopped_by = "horizon" if self._drive.axes.in_range(hour) else "end of the hour axis"
        self._tracking, self._resume = self._tracking.stopped(), None
        self._hand_rates = [0.0, 0.0]
        self._slew_ends = self._follow(at)

    def _forget_plans(self) -> None:
        for cancel in self._cancel:
            cancel()
        self._cancel.clear()

    def _parked_now(self, _: float) -> None:
        self._parked = True

    def _home_now(self, at: float) -> None:
        self._home = True
        if self._lost:
            self._lost = False
            self._drive.set_zeros(at, 0.0, 0.0, self._world.keep_since())

    # What goes wrong.

    def _stalled(self, at: float) -> bool:
        return self._world.faults.is_active("mount.stall", at)

    def _stall(self, at: float, fault: Fault) -> None:
        axis = fault.values["axis"]
        if axis in ("both", "hour_angle"):
            self._drive.hour.freeze(at, self._world.keep_since())
        if axis in ("both", "declination"):
            self._drive.dec.freeze(at, self._world.keep_since())
        self._fail_slew(at, "an axis has stalled")

    def _stall_over(self, at: float, _: Fault) -> None:
        self._follow(at)

    def _power_off(self, at: float, _: Fault) -> None:
        self._tracking, self._resume = self._tracking.stopped(), None
        self._fail_slew(at, "it has no power")
        self._drive.hour.freeze(at, self._world.keep_since())
        self._drive.dec.freeze(at, self._world.keep_since())

    def _fail_slew(self, at: float, reason: str) -> None:
        if at < self._slew_ends or any(self._hand_rates):
            self._failure = reason
        self._forget_plans()
        self._hand_rates = [0.0, 0.0]
        self._slew_ends = at

    def _lose_encoders(self, at: float, fault: Fault) -> None:
        self._lost = True
        hour, dec = generator(self._world.seed, "mount.encoder", int(at) % 2**30).normal(size=2)
        scale = float(fault.values["degrees"]) / float(np.hypot(hour, dec))
        self._drive.shift_zeros(at, hour * scale, dec * scale, self._world.keep_since())


_REASONS = {"power.lost": "it has no power", "mount.stall": "an axis has stalled"}


def _nothing(_at: float, _fault: Fault) -> None:
    pass


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise OutOfRange(what=what, value=value, allowed=f"from {low:g} to {high:g}")


def _check_equatorial(right_ascension_hours: float, declination_degrees: float) -> None:
    if not 0.0 <= right_ascension_hours < 24.0:
        raise OutOfRange(
            what="The right ascension in hours", value=right_ascension_hours, allowed="from 0 to below 24"
        )
    _check("The declination", declination_degrees, -90.0, 90.0)
