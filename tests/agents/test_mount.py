"""The Mount agent, over real HTTP, in front of a simulated observatory whose time runs faster."""

from __future__ import annotations

import math

import pytest
from astropy import units
from astropy.coordinates import SkyCoord
from ocs_sim.agents.mount import Mount

from ocs_sim.almanac import format_declination, format_right_ascension, icrs_to_apparent
from ocs_sim.testing import AgentHarness, served_world
from ocs_sim.wire import ResponseCode
from tests.agents.mount_bench import do, fail, last, miss_arcseconds, mount_of, overhead


@pytest.fixture(scope="module")
def served():
    with served_world(rate=30.0) as served:
        yield served


@pytest.fixture
def world(served):
    return served.world


@pytest.fixture
def mount(served):
    with mount_of(served) as harness:
        do(harness, "stop")
        do(harness, "unpark")
        yield harness


def test_it_points_at_a_place_in_the_sky_and_follows_it(mount, world):
    ra, dec = overhead(world)
    text = do(mount, "goto", ra=ra, dec=dec)
    assert text == f"Pointing at {format_right_ascension(ra)} {format_declination(dec)}."
    assert miss_arcseconds(world, ra, dec) < 1.0
    sample = last(mount)
    assert (sample["tracking"], sample["slewing"]) == (True, False)
    assert (sample["ra"], sample["dec"]) == pytest.approx((ra, dec), abs=1 / 3600)
    assert (sample["target_ra"], sample["target_dec"]) == pytest.approx((ra, dec))
    looks = len(mount.blocks("pointing"))
    mount.until(lambda: len(mount.blocks("pointing")) > looks + 4)
    assert miss_arcseconds(world, ra, dec) < 1.0


def test_the_end_is_published_before_the_task_ends(mount, world):
    ra, dec = overhead(world)
    ended = mount.run("goto", ra=ra, dec=dec).session
    assert ended["data"]["ra"] == pytest.approx(ra, abs=1 / 3600)
    at_end = [
        block for block in mount.blocks("pointing") if block.timestamps[0] == ended["data"]["timestamp"]
    ]
    assert len(at_end) == 1
    # Who asks the monitor then is not told what was before.
    assert mount.status("monitor").session["data"]["timestamp"] >= ended["data"]["timestamp"]
    assert ended["progress"]["fraction"] == 1.0


@pytest.mark.parametrize("frame", ["icrs", "fk5", "galactic"])
def test_frames_are_those_of_astropy(mount, world, frame):
    ra, dec = overhead(world, hours_east=-1.0, dec_degrees=-40.0)
    given = SkyCoord(ra * units.deg, dec * units.deg, frame="icrs").transform_to(frame)
    longitude, latitude = given.spherical.lon.deg, given.spherical.lat.deg
    do(mount, "goto", ra=float(longitude), dec=float(latitude), frame=frame)
    assert miss_arcseconds(world, ra, dec) < 1.0


def test_apparent_coordinates_are_of_date(mount, world):
    ra, dec = overhead(world)
    apparent = icrs_to_apparent(ra, dec, world.now())
    do(mount, "goto", ra=float(apparent[0]), dec=float(apparent[1]), frame="apparent")
    assert miss_arcseconds(world, ra, dec) < 1.0


def test_coordinates_may_be_text(mount, world):
    ra, dec = overhead(world)
    do(mount, "goto", ra=format_right_ascension(ra, 3), dec=format_declination(dec, 2))
    assert miss_arcseconds(world, ra, dec) < 1.0
    do(mount, "goto", ra=f"{ra - 1.0:.6f}", dec=f"{dec:.6f}")
    assert miss_arcseconds(world, ra - 1.0, dec) < 1.0


def test_all_faults_of_parameters_are_told_at_once(mount):
    refused = mount.start("goto", ra="25:00:00", dec="north", frame="horizontal")
    assert refused.code is ResponseCode.ERROR
    for words in ("'ra'=25:00:00", "0 to 24 hours", "'dec'=north", "write degrees", "'frame'=horizontal"):
        assert words in refused.message
    refused = mount.start("goto_altaz", alt=91, az="due east")
    assert "an altitude is -90 to 90 degrees" in refused.message
    assert "'az'=due east" in refused.message


def test_hours_are_no_galactic_longitude(mount):
    assert "in degrees, not in hours" in fail(mount, "goto", ra="5h30m", dec=0, frame="galactic")


def test_it_points_at_altitude_and_azimuth_and_stays_there(mount, world):
    do(mount, "goto_altaz", alt=50, az="120:30")
    before = last(mount)
    looks = len(mount.blocks("pointing"))
    mount.until(lambda: len(mount.blocks("pointing")) > looks + 4)
    sample = last(mount)
    assert (sample["altitude"], sample["azimuth"]) == pytest.approx((50.0, 120.5), abs=0.001)
    assert sample["tracking"] is False
    assert sample["ra"] > before["ra"]
    assert (sample["target_ra"], sample["target_dec"]) == pytest.approx(
        (sample["ra"], sample["dec"]), abs=1 / 3600
    )


def test_an_offset_is_along_great_circles_or_in_coordinates(mount, world):
    ra, dec = overhead(world, dec_degrees=-70.0)
    do(mount, "goto", ra=ra, dec=dec)
    there = SkyCoord(ra * units.deg, dec * units.deg)
    do(mount, "offset", north=300, east=-400)
    angle = math.degrees(math.atan2(-400, 300)) * units.deg
    there = there.directional_offset_by(angle, 500 * units.arcsec)
    assert miss_arcseconds(world, there.ra.deg, there.dec.deg) < 1.0
    do(mount, "offset", ra=3600, dec=-1800)
    assert miss_arcseconds(world, there.ra.deg + 1.0, there.dec.deg - 0.5) < 1.0
    assert "beyond the pole" in fail(mount, "offset", dec=-100_000)


def test_tracking_and_its_rate(mount, world):
    assert do(mount, "track", rate="lunar") == "Tracking."
    assert (world.mount.tracking, world.mount.tracking_rate) == (True, "lunar")
    assert do(mount, "track", on=False) == "Not tracking."
    assert (last(mount)["tracking"], world.mount.tracking_rate) == (False, "lunar")
    do(mount, "track", rate="sidereal")
    assert world.mount.tracking_rate == "sidereal"


def test_rates_are_arcseconds_a_second(mount, world):
    ra, dec = overhead(world)
    do(mount, "goto", ra=ra, dec=dec)
    do(mount, "rates", ra=3.0, dec=-2.0)
    began, before = world.now(), last(mount)
    looks = len(mount.blocks("pointing"))
    mount.until(lambda: len(mount.blocks("pointing")) > looks + 4)
    elapsed = world.now() - began
    do(mount, "rates")
    after = last(mount)
    assert (after["ra"] - before["ra"]) * 3600 == pytest.approx(3.0 * elapsed, rel=0.3)
    assert (after["dec"] - before["dec"]) * 3600 == pytest.approx(-2.0 * elapsed, rel=0.3)
    assert (world.mount.right_ascension_rate, world.mount.declination_rate) == (0.0, 0.0)


def test_a_rate_against_the_stars_is_what_ascom_means(mount, world):
    do(mount, "track")
    do(mount, "rates", ra=15.0, dec=1.0)
    assert world.mount.right_ascension_rate == pytest.approx(0.9972695677)
    assert world.mount.declination_rate == pytest.approx(1.0)
    do(mount, "rates")


def test_park_unpark_home(mount, world):
    assert do(mount, "park") == "Parked."
    assert last(mount)["at_park"] is True
    assert do(mount, "park") == "Parked already."
    assert "The mount is parked: unpark it first" in fail(mount, "goto_altaz", alt=50, az=100)
    assert "The mount is parked" in fail(mount, "sync", ra=0, dec=0)
    assert do(mount, "unpark") == "Unparked."
    assert last(mount)["at_park"] is False
    assert do(mount, "home") == "At home."
    assert last(mount)["at_home"] is True


def test_it_unparks_by_itself_if_told_to(served, world):
    with mount_of(served, "--auto-unpark") as mount:
        do(mount, "park")
        do(mount, "goto_altaz", alt=50, az=100)
        assert last(mount)["at_park"] is False


def test_a_sync_corrects_what_the_mount_says(mount, world):
    ra, dec = overhead(world)
    do(mount, "goto", ra=ra, dec=dec)
    assert do(mount, "sync", ra=ra, dec=dec + 0.01).startswith("Corrected by 36.")
    assert last(mount)["dec"] == pytest.approx(dec + 0.01, abs=1 / 3600)
    assert "points 30.0 deg away from there; --sync-limit is 10.0" in fail(
        mount, "sync", ra=ra, dec=dec + 30.0
    )


def test_what_the_feed_says_fits_together(mount, world):
    ra, dec = overhead(world, hours_east=-2.0)
    do(mount, "goto", ra=ra, dec=dec)
    sample = last(mount)
    # A sidereal hour west of where it was asked for.
    assert sample["hour_angle"] == pytest.approx(2.0, abs=0.1)
    assert 0.0 <= sample["sidereal_time"] < 24.0
    assert sample["airmass"] == pytest.approx(1.0 / math.sin(math.radians(sample["altitude"])), rel=0.01)
    assert sample["pier_side"] in (0, 1)
    assert 0.0 < sample["sun_separation"] < 180.0
    assert sample["clock_offset"] == pytest.approx(world.now() - mount.clock.time(), abs=10.0)
    fields = mount.ask("get_feeds")
    blocks = dict(fields)["pointing"]["blocks"]["pointing"]
    assert (blocks["hour_angle"]["unit"], blocks["ra"]["unit"], blocks["clock_offset"]["unit"]) == (
        "h",
        "deg",
        "s",
    )
    assert set(blocks) == set(sample)


def test_the_clock_of_the_machine_may_be_the_one_that_counts():
    swift = {"mount.max_rate_degrees_per_second": 2000, "mount.acceleration_degrees_per_second2": 20_000}
    words = ["--time-source", "system", "--sun-avoidance", "0"]
    with served_world(start="now", overrides=swift) as served, mount_of(served, *words) as mount:
        do(mount, "unpark")
        ra, dec = overhead(served.world)
        do(mount, "goto", ra=ra, dec=dec)
        assert miss_arcseconds(served.world, ra, dec) < 1.0
        assert last(mount)["clock_offset"] == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--horizon", "90"], "'90' is not AZIMUTH:ALTITUDE"),
        (["--horizon", "90:95"], "altitude of -90 to 90"),
        (["--dome-shut", "wait"], "needs --dome"),
        (["--port", "0"], "--port 0"),
    ],
)
def test_options_are_checked(words, fault):
    with pytest.raises(ValueError, match=fault), AgentHarness(Mount, arguments=words):
        pass
