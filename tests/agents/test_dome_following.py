"""Where a dome turns while its mount slews: to where that will be."""

from types import SimpleNamespace

import pytest
from ocs_sim.agents._dome import DomeOptions, Follower, turn_between

LATITUDE_DEGREES = -30.17
SOUTH_EAST = {"altitude": 45.0, "azimuth": 120.0, "hour_angle": -3.0, "pier_side": 1, "slewing": True}
MERIDIAN = {"altitude": 70.17, "azimuth": 180.0, "hour_angle": 0.0, "pier_side": 1, "slewing": False}
TARGET = {"target_ra": 90.0, "target_dec": -50.0, "sidereal_time": 6.0}


def follower(**values):
    mount = SimpleNamespace(values=values, problem="")
    return Follower(mount, DomeOptions(), LATITUDE_DEGREES)


def test_a_mount_that_slews_is_awaited_where_it_will_be():
    slewing, arrived = follower(**SOUTH_EAST, **TARGET), follower(**MERIDIAN, **TARGET)
    there = arrived.wanted.azimuth_degrees
    assert slewing.destination.azimuth_degrees == pytest.approx(there, abs=0.1)
    assert abs(turn_between(slewing.wanted.azimuth_degrees, there)) > 20.0


def test_a_mount_that_has_arrived_is_followed_where_it_is():
    arrived = follower(**{**SOUTH_EAST, "slewing": False}, **TARGET)
    assert arrived.destination == arrived.wanted


def test_of_a_silent_mount_nothing_is_known():
    silent = Follower(SimpleNamespace(values=None, problem="silent"), DomeOptions(), LATITUDE_DEGREES)
    assert silent.destination.azimuth_degrees is None
    assert silent.destination.reason == "silent"
