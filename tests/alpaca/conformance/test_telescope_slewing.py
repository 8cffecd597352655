"""Slews: where they end, what tells that they have, and what stops them."""

import math
from itertools import pairwise

import pytest
from alpaca.exceptions import (
    InvalidOperationException,
    InvalidValueException,
    ValueNotSetException,
)

from tests.alpaca.conformance.mount import ARCSECONDS, distance, put


@pytest.fixture
def telescope(site):
    """A mount that tracks, unparked."""
    site.telescope.Unpark()
    site.telescope.Tracking = True
    return site.telescope


@pytest.mark.parametrize(
    ("hour_angle", "declination"), [(-3.0, -45.0), (3.0, -45.0), (-9.0, -70.0), (9.0, -70.0), (0.5, 20.0)]
)
def test_a_slew_ends_at_its_target_and_says_so_not_before(site, telescope, hour_angle, declination):
    target = (telescope.SiderealTime - hour_angle) % 24.0
    telescope.SlewToCoordinatesAsync(target, declination)
    assert telescope.Slewing
    assert telescope.Tracking
    while telescope.Slewing:
        site.wait(0.25)
    assert distance(telescope, target, declination) < 10.0
    site.wait(60.0)
    assert distance(telescope, target, declination) < 10.0
    assert (telescope.TargetRightAscension, telescope.TargetDeclination) == (target, declination)


def test_the_way_to_a_target_is_gone_without_jumps(site, telescope):
    """At the greatest rate of the profile, with its acceleration."""
    target = (telescope.SiderealTime - 2.0) % 24.0
    telescope.SlewToCoordinatesAsync(target, -20.0)
    ways = [distance(telescope, target, -20.0)]
    while telescope.Slewing:
        site.wait(0.1)
        ways.append(distance(telescope, target, -20.0))
    assert len(ways) > 10
    assert max(abs(a - b) for a, b in pairwise(ways)) < 1.5 * 0.1 * 20.0 * math.sqrt(2.0) * ARCSECONDS


def test_a_target_is_set_before_it_is_slewed_to(site, telescope):
    with pytest.raises((ValueNotSetException, InvalidOperationException)):
        _ = telescope.TargetRightAscension
    with pytest.raises((ValueNotSetException, InvalidOperationException)):
        _ = telescope.TargetDeclination
    with pytest.raises((ValueNotSetException, InvalidOperationException)):
        telescope.SlewToTargetAsync()
    target = (telescope.SiderealTime - 1.0) % 24.0
    telescope.TargetRightAscension, telescope.TargetDeclination = target, -12.5
    assert (telescope.TargetRightAscension, telescope.TargetDeclination) == (target, -12.5)
    telescope.SlewToTargetAsync()
    assert telescope.Slewing
    site.wait_until(lambda: not telescope.Slewing)
    assert distance(telescope, target, -12.5) < 10.0


@pytest.mark.parametrize(("hours", "degrees"), [(-1.0, 0.0), (25.0, 0.0), (0.0, -100.0), (0.0, 100.0)])
def test_coordinates_that_are_none_are_refused(telescope, hours, degrees):
    for call in (
        telescope.SlewToCoordinatesAsync,
        lambda *place: put(telescope, "slewtocoordinates", *place),
        telescope.SyncToCoordinates,
        telescope.DestinationSideOfPier,
    ):
        with pytest.raises(InvalidValueException):
            call(hours, degrees)
    name, value = ("TargetRightAscension", hours) if hours else ("TargetDeclination", degrees)
    with pytest.raises(InvalidValueException):
        setattr(telescope, name, value)


@pytest.mark.parametrize(
    ("azimuth", "altitude"), [(-10.0, 45.0), (370.0, 45.0), (45.0, -100.0), (45.0, 100.0)]
)
def test_horizontal_coordinates_that_are_none_are_refused(telescope, azimuth, altitude):
    telescope.Tracking = False
    for call in (telescope.SlewToAltAzAsync, telescope.SyncToAltAz):
        with pytest.raises(InvalidValueException):
            call(azimuth, altitude)


def test_no_slew_goes_below_the_horizon(telescope):
    below = (telescope.SiderealTime + 12.0) % 24.0
    with pytest.raises(InvalidValueException):
        telescope.SlewToCoordinatesAsync(below, 20.0)
    assert not telescope.Slewing


@pytest.mark.parametrize(("azimuth", "altitude"), [(150.0, 50.0), (210.0, 50.0), (0.0, 60.0), (90.0, 35.0)])
def test_a_slew_to_horizontal_coordinates_ends_there_and_stays(site, telescope, azimuth, altitude):
    telescope.Tracking = False
    telescope.SlewToAltAzAsync(azimuth, altitude)
    assert telescope.Slewing
    site.wait_until(lambda: not telescope.Slewing)
    for _ in range(2):
        across = (telescope.Azimuth - azimuth + 180.0) % 360.0 - 180.0
        assert abs(across) * math.cos(math.radians(altitude)) * ARCSECONDS < 10.0
        assert abs(telescope.Altitude - altitude) * ARCSECONDS < 10.0
        site.wait(600.0)


def test_each_kind_of_slew_has_its_state_of_tracking(telescope):
    with pytest.raises(InvalidOperationException):
        telescope.SlewToAltAzAsync(180.0, 50.0)
    telescope.Tracking = False
    with pytest.raises(InvalidOperationException):
        telescope.SlewToCoordinatesAsync(telescope.SiderealTime, 0.0)


@pytest.mark.parametrize("tracks", [True, False])
def test_an_abort_stops_the_mount_and_restores_tracking(site, telescope, tracks):
    telescope.Tracking = tracks
    if tracks:
        telescope.SlewToCoordinatesAsync((telescope.SiderealTime - 4.0) % 24.0, -60.0)
    else:
        telescope.SlewToAltAzAsync(90.0, 40.0)
    site.wait(1.0)
    assert telescope.Slewing
    telescope.AbortSlew()
    site.wait_until(lambda: not telescope.Slewing, at_most=30.0)
    assert telescope.Tracking is tracks
    telescope.AbortSlew()


def test_the_deprecated_slews_answer_at_their_end(hurried):
    telescope = hurried.telescope
    telescope.Unpark()
    telescope.Tracking = True
    hours = (telescope.SiderealTime - 2.0) % 24.0
    put(telescope, "slewtocoordinates", hours, -35.0)
    assert not telescope.Slewing
    assert distance(telescope, hours, -35.0) < 10.0
    telescope.TargetDeclination = -45.0
    telescope._put("slewtotarget")
    assert not telescope.Slewing
    assert distance(telescope, hours, -45.0) < 10.0
    telescope.Tracking = False
    telescope._put("slewtoaltaz", Azimuth=160.0, Altitude=50.0)
    assert not telescope.Slewing
    assert (telescope.Azimuth, telescope.Altitude) == pytest.approx((160.0, 50.0), abs=10.0 / ARCSECONDS)


def test_a_slew_lasts_longer_by_the_time_to_settle(site, telescope):
    def duration(hour_angle):
        telescope.SlewToCoordinatesAsync((telescope.SiderealTime - hour_angle) % 24.0, -30.0)
        return site.wait_until(lambda: not telescope.Slewing, step=0.1)

    duration(2.0)
    telescope.SlewSettleTime = 0.0
    plain = duration(3.0)
    telescope.SlewSettleTime = 5.0
    assert telescope.SlewSettleTime == 5.0
    assert duration(2.0) == pytest.approx(plain + 5.0, abs=0.3)
    with pytest.raises(InvalidValueException):
        telescope.SlewSettleTime = -1.0
