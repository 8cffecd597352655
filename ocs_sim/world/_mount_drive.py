"""A mount's two motors and their encoders: where it is, where it says it is, and where it truly looks."""

from __future__ import annotations

from typing import NamedTuple

from ocs_sim.almanac import Place
from ocs_sim.world._axis import Axis
from ocs_sim.world._horizon import Horizon
from ocs_sim.world._limits import Breach, Limits
from ocs_sim.world._mount_axes import MountAxes, wrapped
from ocs_sim.world._mount_profile import MountProfile
from ocs_sim.world._pointing import PointingErrors
from ocs_sim.world._sky_frame import sidereal_degrees_at
from ocs_sim.world._timeline import Floats, Steps
from ocs_sim.world._tracking import Tracking


class Goal(NamedTuple):
    """Where the axes shall be: reported angles at one moment, and how fast they go on from there."""

    hour_axis: float
    dec_axis: float
    hour_rate: float = 0.0
    dec_rate: float = 0.0


class MountDrive:
    """The axes of a mount; the encoders' zero points say what it reports. Angles in degrees."""

    def __init__(self, profile: MountProfile, place: Place, seed: int, position: tuple[float, float]) -> None:
        """Stand still at a position of the two axes."""
        rate, acceleration = profile.max_rate_degrees_per_second, profile.acceleration_degrees_per_second2
        play = profile.pointing.dec_backlash_arcseconds / 3600.0
        self.hour = Axis(position[0], rate, acceleration)
        self.dec = Axis(position[1], rate, acceleration, play)
        self.axes = MountAxes(profile, place.latitude_degrees)
        self.horizon = Horizon(profile)
        self.limits = Limits(self.axes, self.horizon, place.latitude_degrees)
        self.errors = PointingErrors(profile.pointing, place, seed)
        self._place = place
        self._zeros = (Steps(0.0), Steps(0.0))

    def zeros(self, at: float) -> tuple[float, float]:
        """Return by how much the two encoders read too much at a moment."""
        return self._zeros[0].value(at), self._zeros[1].value(at)

    def shift_zeros(self, at: float, hour: float, dec: float, keep_since: float) -> None:
        """Have the encoders read more by these angles from a moment on."""
        before = self.zeros(at)
        self.set_zeros(at, before[0] + hour, before[1] + dec, keep_since)

    def set_zeros(self, at: float, hour: float, dec: float, keep_since: float) -> None:
        """Have the encoders read too much by these angles from a moment on."""
        self._zeros[0].set(at, hour, keep_since)
        self._zeros[1].set(at, dec, keep_since)

    def reported_axes(self, at: float) -> tuple[float, float]:
        """Return what the two encoders say at a moment."""
        zeros = self.zeros(at)
        return self.hour.position(at) + zeros[0], self.dec.position(at) + zeros[1]

    def reported(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the hour angle and declination that the encoders say."""
        hour = self.hour.timeline.value(times) + self._zeros[0].value(times)
        return self.axes.to_sky(hour, self.dec.timeline.value(times) + self._zeros[1].value(times))

    def goal(self, at: float, ra_degrees: float, dec_degrees: float, side: str, tracking: Tracking) -> Goal:
        """Return where the axes have to be to look at an apparent place from a side and to follow it."""
        hour_angle = float(wrapped(self.sidereal_degrees(at) - ra_degrees))
        rates = tracking.axis_rates(-1.0 if side == "west" else 1.0)
        return Goal(*self.axes.to_axes(hour_angle, dec_degrees, side), *rates)

    def slew(self, at: float, goal: Goal, settle_seconds: float, keep_since: float) -> float:
        """Send both axes to a goal, and return when they have come to rest relative to it."""
        zeros = self.zeros(at)
        arrivals = (
            self.hour.move_to(at, goal.hour_axis - zeros[0], keep_since, goal.hour_rate),
            self.dec.move_to(at, goal.dec_axis - zeros[1], keep_since, goal.dec_rate),
        )
        end = max(arrivals) + settle_seconds
        self.errors.slewed(at, end, keep_since)
        return end

    def run(self, at: float, rates: tuple[float, float], keep_since: float) -> float:
        """Let the axes run at these rates, and return when both do."""
        return max(self.hour.run(at, rates[0], keep_since), self.dec.run(at, rates[1], keep_since))

    def dec_sign(self, at: float) -> float:
        """Return -1 where the declination falls as its axis goes up, beyond the pole."""
        return -1.0 if bool(self.axes.through_pole(self.reported_axes(at)[1])) else 1.0

    def breach(self, since: float) -> Breach | None:
        """Return when the mount, going on as it does, has to stop because of a limit."""
        return self.limits.next_breach(since, self.hour, self.dec, self.zeros(since))

    def true_directions(self, times: Floats, wind: Floats) -> tuple[Floats, Floats]:
        """Return unit vectors (3, n) of the line of sight and of a point close above it."""
        hour, dec = self.hour.timeline.driven(times), self.dec.timeline.driven(times)
        return self.errors.direction(times, hour, dec, wind)

    def sidereal_degrees(self, at: float) -> float:
        """Return the local apparent sidereal time as an angle."""
        return sidereal_degrees_at(self._place, at)
