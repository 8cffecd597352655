"""Mount and dome under any sequence of commands: what must always hold does."""

import contextlib

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ocs_sim.almanac import separation_degrees
from ocs_sim.world import WorldError
from tests.examples import examples
from tests.world.worlds import stepped

directions = st.sampled_from(["north", "south", "east", "west"])


class MountMachine(RuleBasedStateMachine):
    """Commands to a mount, against the little that a model of it has to know."""

    @initialize(profile=st.sampled_from(["fast", "1m"]), seed=st.integers(0, 5))
    def begin(self, profile, seed):
        self.world = stepped(profile, seed=seed)
        self.mount = self.world.mount
        self.goal = None  # where it has to be once it no longer slews
        self.since = self.world.now()

    def told(self, command, *given, **named):
        """Give a command; whatever is refused changes nothing."""
        before = self.snapshot()
        try:
            command(*given, **named)
        except WorldError:
            assert self.snapshot() == before
            return False
        self.goal = None
        return True

    def snapshot(self):
        mount = self.mount
        return mount.at_park, mount.at_home, mount.tracking, mount.declination_degrees, mount.hour_angle_hours

    @rule(hour_angle=st.floats(-7, 7), dec=st.floats(-90, 90), on=st.booleans())
    def slew(self, hour_angle, dec, on):
        mount = self.mount
        if on:
            self.told(mount.set_tracking, on=True)
        ra = (mount.sidereal_time_hours - hour_angle) % 24.0 % 24.0
        if self.told(mount.slew_to_equatorial, ra, dec):
            assert mount.slewing
            self.goal = ra, dec

    @rule(altitude=st.floats(0, 90), azimuth=st.floats(0, 360))
    def slew_to_ground(self, altitude, azimuth):
        self.told(self.mount.slew_to_horizontal, altitude, azimuth)

    @rule(on=st.booleans())
    def track(self, on):
        self.told(self.mount.set_tracking, on=on)

    @rule(axis=st.integers(0, 1), part=st.sampled_from([-1.0, -0.1, 0.0, 0.0, 0.5]))
    def move(self, axis, part):
        self.told(self.mount.move_axis, axis, part * self.mount.profile.max_rate_degrees_per_second)

    @rule(direction=directions, milliseconds=st.integers(0, 5000))
    def guide(self, direction, milliseconds):
        self.told(self.mount.pulse_guide, direction, milliseconds)

    @rule(ra=st.floats(-0.1, 0.1), dec=st.floats(-5, 5))
    def offset(self, ra, dec):
        self.told(self.mount.set_rate_offsets, ra, dec)

    @rule(what=st.sampled_from(["park", "unpark", "find_home", "abort", "set_park_here"]))
    def do(self, what):
        self.told(getattr(self.mount, what))

    @rule(name=st.sampled_from(["mount.stall", "mount.encoder_lost", "power.lost"]), seconds=st.floats(1, 60))
    def fail(self, name, seconds):
        self.world.faults.inject(name, seconds=seconds)
        self.goal = None

    @rule(seconds=st.floats(0.01, 5))
    def wait(self, seconds):
        self.world.clock.advance(seconds)

    @rule(seconds=st.floats(100, 4000))
    def wait_long(self, seconds):
        self.world.clock.advance(seconds)

    @invariant()
    def makes_sense(self):
        mount = self.mount
        assert 0 <= mount.right_ascension_hours < 24
        assert -90 <= mount.declination_degrees <= 90
        assert not (mount.at_park and mount.tracking)
        assert mount.pier_side == "east" or mount.is_german
        if mount.at_park:
            assert not mount.slewing

    @invariant()
    def is_not_torn_and_not_too_fast(self):
        now, profile = self.world.now(), self.mount.profile
        for axis in (self.mount._drive.hour, self.mount._drive.dec):
            pieces = [piece for piece in axis.timeline.pieces if piece.start > self.since]
            for piece in pieces:
                before = axis.position(np.nextafter(piece.start, -np.inf))
                assert abs(before - piece.position) < 1e-4
            times = np.linspace(self.since, max(now, self.since) + 1.0, 50)
            assert np.abs(axis.timeline.rate(times)).max() <= profile.max_rate_degrees_per_second + 0.02
        self.since = now

    @invariant()
    def lands_on_its_goal(self):
        if self.goal is None:
            return
        try:
            if self.mount.slewing or not self.mount.tracking or any(self.offsets()):
                return
        except WorldError:
            return
        ra, dec = self.goal
        apart = separation_degrees(
            self.mount.right_ascension_hours * 15, self.mount.declination_degrees, ra * 15, dec
        )
        assert apart * 3600 < 1.0

    def offsets(self):
        return self.mount.right_ascension_rate, self.mount.declination_rate


class DomeMachine(RuleBasedStateMachine):
    """Commands to a dome."""

    @initialize(profile=st.sampled_from(["fast", "1m"]))
    def begin(self, profile):
        self.world = stepped(profile)
        self.dome = self.world.dome
        self.azimuth = None
        self.shutter = None
        self.seen = self.world.now()

    @rule(azimuth=st.floats(0, 360, exclude_max=True))
    def turn(self, azimuth):
        self.azimuth = None
        try:
            self.dome.slew_to_azimuth(azimuth)
        except WorldError:
            return
        self.azimuth = azimuth

    @rule(opens=st.booleans())
    def move_shutter(self, opens):
        self.shutter = None
        try:
            (self.dome.open_shutter if opens else self.dome.close_shutter)()
        except WorldError:
            return
        self.shutter = "open" if opens else "closed"

    @rule(what=st.sampled_from(["park", "find_home"]))
    def go(self, what):
        self.azimuth = None
        with contextlib.suppress(WorldError):
            getattr(self.dome, what)()

    @rule()
    def abort(self):
        self.dome.abort()
        self.azimuth = self.shutter = None

    @rule(name=st.sampled_from(["dome.stall", "dome.shutter_stuck", "power.lost"]), seconds=st.floats(1, 60))
    def fail(self, name, seconds):
        self.world.faults.inject(name, seconds=seconds)
        self.azimuth = self.shutter = None

    @rule(seconds=st.floats(0.01, 100))
    def wait(self, seconds):
        self.world.clock.advance(seconds)

    @invariant()
    def makes_sense(self):
        dome, profile = self.dome, self.dome.profile
        assert 0 <= dome.azimuth_degrees < 360
        assert 0 <= dome.shutter_opening <= 1
        assert (dome.shutter == "open") <= (dome.shutter_opening > 0.999)
        assert (dome.shutter == "closed") <= (dome.shutter_opening < 0.001)
        times = np.linspace(self.seen, self.world.now() + 1.0, 60)
        turned = np.unwrap(dome.true_azimuth_degrees(times), period=360.0)
        steps = np.abs(np.diff(turned)) / np.diff(times) if times[-1] - times[0] < 3 else np.zeros(1)
        assert steps.max() <= profile.max_rate_degrees_per_second * 1.001
        opening = dome.opening(times)
        assert (
            np.abs(np.diff(opening)).max() <= (times[1] - times[0]) / profile.shutter_seconds * 1.001 + 1e-6
        )
        self.seen = self.world.now()

    @invariant()
    def ends_where_it_was_sent(self):
        try:
            if self.dome.slewing:
                return
        except WorldError:
            return
        if self.azimuth is not None:
            assert abs((self.dome.azimuth_degrees - self.azimuth + 180) % 360 - 180) < 1e-6
        if self.shutter is not None:
            assert self.dome.shutter == self.shutter


TestMount = MountMachine.TestCase
TestMount.settings = settings(max_examples=examples(20), stateful_step_count=25, deadline=None)
TestDome = DomeMachine.TestCase
TestDome.settings = settings(max_examples=examples(20), stateful_step_count=25, deadline=None)
