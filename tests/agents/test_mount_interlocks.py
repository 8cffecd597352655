"""Where the Mount agent does not point, and what it waits for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ocs_sim.agents._device import DeviceOptions
from ocs_sim.agents._mount import GroundAim, HorizonMask, Interlocks, MountState, TargetRefused
from ocs_sim.agents._mount._facts import MountFacts

from ocs_sim.agent import Agent, Feed, FeedField, Run, task
from ocs_sim.almanac import Place, solar_midnight, sun, to_equatorial, to_horizontal
from ocs_sim.testing import AgentHarness, served_world
from tests.agents.kettle import served as served_devices
from tests.agents.mount_bench import begin, do, end_of, fail, last, mount_of, overhead
from tests.agents.plain_telescope import PlainTelescope

PLACE = Place(-30.0, -70.0, 2000.0)
FACTS = MountFacts(PLACE, is_j2000=False, is_alt_az=False, can_slew_alt_az=True)
NIGHT = solar_midnight(PLACE, 1_718_000_000.0)
NOON = NIGHT + 43_200.0
MASK = HorizonMask.parse(5.0, ["350:40", "90:20", "10:30"])


@pytest.mark.parametrize(
    ("azimuth", "lowest"),
    [(10, 30.0), (50, 25.0), (90, 20.0), (350, 40.0), (0, 35.0), (360, 35.0), (355, 37.5), (220, 30.0)],
)
def test_a_mask_is_straight_between_its_points_and_across_north(azimuth, lowest):
    assert MASK.altitude_at(azimuth) == pytest.approx(lowest)


def test_a_mask_is_nowhere_below_the_lowest_altitude():
    assert HorizonMask(12.0).altitude_at(200.0) == 12.0
    assert HorizonMask.parse(12.0, ["0:5", "180:5"]).altitude_at(90.0) == 12.0


def test_what_is_below_the_mask_is_refused_with_its_altitude():
    locks = Interlocks(MASK, sun_distance=0.0)
    locks.check(GroundAim(21.0, 90.0), FACTS, NIGHT)
    with pytest.raises(TargetRefused, match=r"at altitude 19\.0 deg, azimuth 90\.0 deg; below 20\.0 deg"):
        locks.check(GroundAim(19.0, 90.0), FACTS, NIGHT)


def beside_the_sun(unix, degrees):
    body = sun(PLACE, unix)
    return GroundAim(float(body.altitude_degrees) + degrees, float(body.azimuth_degrees))


def test_the_sun_is_kept_away_from_while_it_is_up():
    locks = Interlocks(HorizonMask(-90.0), sun_distance=30.0)
    locks.check(beside_the_sun(NOON, 30.5), FACTS, NOON)
    with pytest.raises(TargetRefused, match=r"29\.5 deg from the Sun, which is up; 30\.0 deg must be kept"):
        locks.check(beside_the_sun(NOON, 29.5), FACTS, NOON)
    locks.check(beside_the_sun(NIGHT, 1.0), FACTS, NIGHT)
    Interlocks(HorizonMask(-90.0), sun_distance=0.0).check(beside_the_sun(NOON, 0.0), FACTS, NOON)


def state_at(aim, unix):
    altitude, azimuth = aim.altitude_degrees, aim.azimuth_degrees
    return MountState(unix, 0.0, 0.0, 0.0, altitude, azimuth, 0.0, 0, False, False, False, False)


@pytest.mark.parametrize("is_alt_az", [False, True])
def test_a_way_past_the_sun_is_warned_of(is_alt_az):
    facts = MountFacts(PLACE, is_j2000=False, is_alt_az=is_alt_az, can_slew_alt_az=True)
    locks = Interlocks(HorizonMask(), sun_distance=20.0)
    body = sun(PLACE, NOON)
    east, west, further_west = (beside(body, degrees, is_alt_az) for degrees in (-50.0, 50.0, 70.0))
    assert "within 0.0 deg of the Sun" in locks.path_warning(east, facts, state_at(west, NOON))
    assert locks.path_warning(west, facts, state_at(further_west, NOON)) is None
    assert locks.path_warning(east, facts, state_at(west, NIGHT)) is None


def beside(body, degrees, is_alt_az):
    """Return a direction from which the mount's first axis alone leads over the Sun."""
    if is_alt_az:
        return GroundAim(float(body.altitude_degrees), (float(body.azimuth_degrees) - degrees) % 360.0)
    hour_angle, dec = to_equatorial(body.altitude_degrees, body.azimuth_degrees, PLACE.latitude_degrees)
    altitude, azimuth = to_horizontal(hour_angle + degrees, dec, PLACE.latitude_degrees)
    return GroundAim(float(altitude), float(azimuth))


class DomeOptions(DeviceOptions):
    """As of any device."""


class FakeDome(Agent[DomeOptions]):
    """Says what a test wants it to say."""

    Options = DomeOptions
    feed = Feed(
        "dome",
        record=True,
        blocks={
            "dome": {
                "shutter": FeedField(int),
                "slaved": FeedField(bool),
                "azimuth_error": FeedField(float, "deg"),
            }
        },
    )

    @task()
    def say(self, run: Run, shutter: int, slaved: bool = False, azimuth_error: float = 0.0) -> None:
        sample = {"shutter": shutter, "slaved": slaved, "azimuth_error": azimuth_error}
        self.feed.publish_block("dome", sample)
        self.feed.flush()


OPEN, SHUT = 0, 1


@pytest.fixture(scope="module")
def served():
    with served_world(rate=30.0) as served:
        served.world.mount.unpark()
        yield served


@pytest.fixture
def dome(bus):
    with AgentHarness(FakeDome, instance_id="dome1", bus=bus) as harness:
        yield harness


def go(mount, served):
    ra, dec = overhead(served.world)
    return {"ra": float(ra), "dec": dec}


def waiting_for(mount):
    return (mount.status("goto").session["progress"] or {}).get("waiting_for")


def test_a_mount_waits_for_its_dome_and_goes_when_it_opens(served, bus, dome):
    with mount_of(served, "--dome", "dome1", "--dome-shut", "wait", bus=bus) as mount:
        mount.start("goto", **go(mount, served))
        mount.until(lambda: waiting_for(mount) is not None)
        assert waiting_for(mount) == "the dome is not known to be open: dome1 was not heard yet"
        dome.run("say", shutter=SHUT)
        mount.until(lambda: waiting_for(mount) == "the dome's shutter is closed")
        dome.run("say", shutter=OPEN)
        assert end_of(mount.wait("goto"))[0] is True


def test_a_mount_refuses_while_its_dome_is_shut(served, bus, dome):
    words = ["--dome", "dome1", "--dome-shut", "refuse"]
    with mount_of(served, *words, bus=bus) as mount:
        dome.run("say", shutter=2)
        mount.until(lambda: mount.agent._dome.values is not None)
        assert fail(mount, "goto", **go(mount, served)) == "Not now: the dome's shutter is opening."
        assert "Not now" in fail(mount, "offset", north=10)
        dome.run("say", shutter=OPEN)
        mount.until(lambda: mount.agent._dome.values["shutter"] == OPEN)
        do(mount, "goto", **go(mount, served))
        # Parking is for every weather.
        dome.run("say", shutter=SHUT)
        mount.until(lambda: mount.agent._dome.values["shutter"] == SHUT)
        do(mount, "park")
        do(mount, "unpark")


def test_what_the_dome_said_long_ago_counts_as_shut(served, bus, dome):
    words = ["--dome", "dome1", "--dome-shut", "refuse", "--dome-stale", "0.05"]
    with mount_of(served, *words, bus=bus) as mount:
        dome.run("say", shutter=OPEN)
        mount.until(lambda: mount.agent._dome._came is not None and mount.agent._dome.values is None)
        assert "dome1 has been silent for" in fail(mount, "goto", **go(mount, served))


def test_the_dome_is_nobody_s_business_unless_configured(served, bus, dome):
    with mount_of(served, "--dome", "dome1", bus=bus) as mount:
        dome.run("say", shutter=SHUT)
        do(mount, "goto", **go(mount, served))


def test_a_wait_for_the_dome_ends_some_time_and_can_be_aborted(served, bus, dome):
    words = ["--dome", "dome1", "--dome-shut", "wait", "--dome-wait", "0.3"]
    with mount_of(served, *words, bus=bus) as mount:
        assert fail(mount, "goto", **go(mount, served)).startswith("Waited 0 s, and the dome is not known")
        begin(mount, "goto", "waiting", **go(mount, served))
        mount.abort("goto")
        assert end_of(mount.wait("goto")) == (False, "Aborted.")


def test_a_mount_has_arrived_when_the_slit_of_a_dome_that_follows_has(served, bus, dome):
    with mount_of(served, "--dome", "dome1", "--dome-shut", "wait", bus=bus) as mount:
        dome.run("say", shutter=OPEN, slaved=True, azimuth_error=-40.0)
        mount.start("goto", **go(mount, served))
        mount.until(lambda: waiting_for(mount) == "the dome's slit")

        def ended():
            # A dome tells again and again.
            dome.run("say", shutter=OPEN, slaved=True, azimuth_error=-1.0)
            return mount.status("goto").session["status"] == "done"

        mount.until(ended)
        assert mount.status("goto").session["success"]


def test_a_slit_that_comes_too_late_is_told_and_the_mount_is_where_it_was_sent(served, bus, dome):
    words = ["--dome", "dome1", "--dome-shut", "wait", "--dome-wait", "0.1"]
    with mount_of(served, *words, bus=bus) as mount:
        dome.run("say", shutter=OPEN, slaved=True, azimuth_error=77.0)
        mount.until(lambda: mount.agent._dome.values is not None)
        session = mount.run("goto", **go(mount, served)).session
        assert session["success"]
        told = [text for _, text in session["messages"]]
        assert "The dome's slit is 77 deg from where the telescope looks, still." in told


def test_a_target_that_sets_while_one_waits_is_given_up(bus, dome):
    telescope = PlainTelescope(NIGHT)
    with served_devices(telescope) as server:
        one = SimpleNamespace(port=server.port, world=SimpleNamespace(faults=SimpleNamespace(clear=bool)))
        with mount_of(one, "--dome", "dome1", "--dome-shut", "wait", bus=bus) as mount:
            ra = (15.0 * last(mount)["sidereal_time"] - 30.0) % 360.0
            begin(mount, "goto", "waiting", ra=ra, dec=10)
            telescope.unix += 6 * 3600.0
            success, text = end_of(mount.wait("goto"))
            assert success is False
            assert "is at altitude -" in text
            assert telescope.looks_left == 0


def test_the_whole_agent_keeps_away_from_the_sun(bus):
    telescope = PlainTelescope(1_718_019_600.0)
    with served_devices(telescope) as server:
        one = SimpleNamespace(port=server.port, world=SimpleNamespace(faults=SimpleNamespace(clear=bool)))
        with mount_of(one, bus=bus) as mount:
            body = sun(telescope.place, telescope.unix)
            at = {"ra": float(body.ra_degrees), "dec": float(body.dec_degrees), "frame": "apparent"}
            assert "0.0 deg from the Sun, which is up" in fail(mount, "goto", **at)
            assert telescope.position == (0.0, 89.0)
            across = {"alt": float(body.altitude_degrees), "az": float(body.azimuth_degrees) - 80.0}
            do(mount, "goto_altaz", **across)
            mount.run("goto_altaz", alt=across["alt"], az=across["az"] + 160.0)
            told = [text for _, text in mount.status("goto_altaz").session["messages"]]
            assert any(text.startswith("The way there may lead within") for text in told)
            assert last(mount)["sun_separation"] > 30.0
