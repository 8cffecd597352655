"""The Mount agent in front of a telescope that is not ours: J2000, alt-az, old, and short of members."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ocs_sim.almanac import apparent_to_icrs, sidereal_time_hours, to_equatorial
from tests.agents.kettle import served
from tests.agents.mount_bench import do, fail, last, mount_of
from tests.agents.plain_telescope import B1950, PlainTelescope

# 2024-06-10 22:00 UTC: night at 50 N 8 E; and noon of that day.
NIGHT, NOON = 1_718_056_800.0, 1_718_019_600.0


@pytest.fixture
def telescope():
    return PlainTelescope(NIGHT)


@pytest.fixture
def server(telescope):
    with served(telescope) as server:
        yield SimpleNamespace(port=server.port, world=SimpleNamespace(faults=SimpleNamespace(clear=bool)))


@pytest.fixture
def mount(server):
    with mount_of(server) as harness:
        yield harness


def east_of_meridian(telescope, degrees, dec):
    return (15.0 * sidereal_time_hours(telescope.place, telescope.unix) + degrees) % 360.0, dec


def test_j2000_coordinates_are_given_as_they_are(mount, telescope):
    ra, dec = east_of_meridian(telescope, 20.0, 40.0)
    do(mount, "goto", ra=float(ra), dec=dec)
    assert telescope.position == pytest.approx((ra, dec), abs=1e-9)
    assert (last(mount)["ra"], last(mount)["dec"]) == pytest.approx((ra, dec), abs=1e-9)


def test_what_it_lacks_is_done_without(mount):
    sample = last(mount)
    assert (sample["pier_side"], sample["at_home"]) == (-1, False)
    assert sample["altitude"] == pytest.approx(50.0, abs=1.0)
    assert mount.status("monitor").session["degraded"] is False


def test_altitude_and_azimuth_are_reached_by_a_slew_in_the_sky(mount, telescope):
    do(mount, "goto_altaz", alt=60, az=200)
    hour_angle, dec = to_equatorial(60.0, 200.0, telescope.place.latitude_degrees)
    ra = 15.0 * sidereal_time_hours(telescope.place, telescope.unix) - hour_angle
    there = apparent_to_icrs(ra, dec, telescope.unix)
    assert telescope.position == pytest.approx((there[0] % 360.0, there[1]), abs=1e-6)
    assert telescope.tracking is False


def test_a_place_that_the_telescope_does_not_know_must_be_given(telescope, server):
    telescope.knows_place = False
    arguments = ["--latitude", "-20", "--longitude", "8"]
    with mount_of(server, *arguments) as mount:
        assert mount.agent.mount.facts().place.latitude_degrees == -20.0


def test_without_a_place_one_is_told_what_to_do(telescope, mount):
    mount.agent.mount._facts = None
    telescope.knows_place = False
    mount.until(lambda: mount.status("monitor").session["degraded"])
    reason = mount.status("monitor").session["degraded_reason"]
    assert "cannot be used: it does not know its latitude; give the agent --latitude." in reason
    assert "give the agent --latitude" in fail(mount, "goto", ra=0, dec=80)


def test_coordinates_of_other_equinoxes_are_not_guessed(telescope, mount):
    mount.agent.mount._facts = None
    telescope.system = B1950
    assert "it takes coordinates of B1950" in fail(mount, "goto", ra=0, dec=80)
