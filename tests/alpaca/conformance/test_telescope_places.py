"""Park, home, syncs and sides of the pier."""

import pytest
from alpaca.exceptions import (
    NotImplementedException,
    ParkedException,
)
from alpaca.telescope import AlignmentModes, GuideDirections, PierSide, TelescopeAxes

from ocs_sim.world import load_profile
from tests.alpaca.conformance.conftest import new_world
from tests.alpaca.conformance.mount import ARCSECONDS, distance, put
from tests.alpaca.conformance.observatory import observatory


@pytest.fixture
def telescope(site):
    """A mount that tracks, unparked."""
    site.telescope.Unpark()
    site.telescope.Tracking = True
    return site.telescope


@pytest.fixture
def fork():
    return load_profile("fast", **{"mount.kind": "fork"})


def test_a_parked_mount_refuses_to_move(site, telescope):
    hours = telescope.SiderealTime
    telescope.Park()
    assert telescope.Slewing
    assert not telescope.AtPark
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.AtPark
    assert not telescope.Tracking
    for aimless in (telescope.SlewToTargetAsync, telescope.SyncToTarget):
        with pytest.raises(ParkedException):
            aimless()
    telescope.TargetRightAscension, telescope.TargetDeclination = hours, 0.0
    for refused in (
        telescope.AbortSlew,
        telescope.FindHome,
        telescope.SlewToTargetAsync,
        lambda: telescope._put("slewtotarget"),
        telescope.SyncToTarget,
        lambda: telescope.MoveAxis(TelescopeAxes.axisPrimary, 1.0),
        lambda: telescope.PulseGuide(GuideDirections.guideNorth, 100),
        lambda: telescope.SlewToCoordinatesAsync(hours, 0.0),
        lambda: put(telescope, "slewtocoordinates", hours, 0.0),
        lambda: telescope.SlewToAltAzAsync(180.0, 50.0),
        lambda: telescope._put("slewtoaltaz", Azimuth=180.0, Altitude=50.0),
        lambda: telescope.SyncToCoordinates(hours, 0.0),
        lambda: telescope.SyncToAltAz(180.0, 50.0),
        lambda: telescope._put("sideofpier", SideOfPier=int(telescope.SideOfPier)),
        lambda: setattr(telescope, "Tracking", True),
    ):
        with pytest.raises(ParkedException):
            refused()
    telescope.Park()
    assert telescope.AtPark
    telescope.Unpark()
    assert not telescope.AtPark
    telescope.Unpark()


def test_the_park_position_is_where_it_was_set(site, telescope):
    telescope.Tracking = False
    telescope.SlewToAltAzAsync(120.0, 55.0)
    site.wait_until(lambda: not telescope.Slewing)
    telescope.SetPark()
    telescope.SlewToAltAzAsync(250.0, 40.0)
    site.wait_until(lambda: not telescope.Slewing)
    telescope.Park()
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.AtPark
    assert (telescope.Azimuth, telescope.Altitude) == pytest.approx((120.0, 55.0), abs=10.0 / ARCSECONDS)


def test_home_is_found_and_left(site, telescope):
    telescope.FindHome()
    assert telescope.Slewing
    assert not telescope.AtHome
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.AtHome
    telescope.Tracking = True
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime - 2.0) % 24.0, -30.0)
    assert not telescope.AtHome


def test_a_sync_moves_where_the_mount_says_that_it_points(site, telescope):
    hours = (telescope.SiderealTime - 1.5) % 24.0
    telescope.SlewToCoordinatesAsync(hours, -25.0)
    site.wait_until(lambda: not telescope.Slewing)
    telescope.SyncToCoordinates((hours + 0.02) % 24.0, -25.2)
    assert distance(telescope, (hours + 0.02) % 24.0, -25.2) < 10.0
    assert (telescope.TargetRightAscension, telescope.TargetDeclination) == ((hours + 0.02) % 24.0, -25.2)
    telescope.SlewToCoordinatesAsync(hours, -25.0)
    site.wait_until(lambda: not telescope.Slewing)
    assert distance(telescope, hours, -25.0) < 10.0
    telescope.TargetRightAscension, telescope.TargetDeclination = hours, -24.9
    telescope.SyncToTarget()
    assert distance(telescope, hours, -24.9) < 10.0


def test_a_sync_in_horizontal_coordinates(site, telescope):
    telescope.Tracking = False
    telescope.SlewToAltAzAsync(150.0, 60.0)
    site.wait_until(lambda: not telescope.Slewing)
    telescope.SyncToAltAz(150.3, 60.2)
    assert (telescope.Azimuth, telescope.Altitude) == pytest.approx((150.3, 60.2), abs=10.0 / ARCSECONDS)


def test_which_side_of_the_pier_follows_the_hour_angle(site, telescope):
    """East is the normal state, west of the meridian; the other is through the pole."""
    for hour_angle, side in ((3.0, PierSide.pierEast), (-3.0, PierSide.pierWest)):
        hours = (telescope.SiderealTime - hour_angle) % 24.0
        assert telescope.DestinationSideOfPier(hours, -30.0) == side
        telescope.SlewToCoordinatesAsync(hours, -30.0)
        site.wait_until(lambda: not telescope.Slewing)
        assert telescope.SideOfPier == side


def test_a_flip_keeps_the_coordinates_and_changes_the_side(site, telescope):
    hours = (telescope.SiderealTime - 0.3) % 24.0
    telescope.SlewToCoordinatesAsync(hours, -40.0)
    site.wait_until(lambda: not telescope.Slewing)
    before = telescope.SideOfPier
    other = PierSide.pierEast if before == PierSide.pierWest else PierSide.pierWest
    telescope.SideOfPier = before
    assert not telescope.Slewing
    telescope.SideOfPier = other
    assert telescope.Slewing
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.SideOfPier == other
    assert distance(telescope, hours, -40.0) < 10.0


def test_a_fork_has_one_side(stage, fork):
    with observatory(stage.show(new_world(fork, stepped=True))) as site:
        telescope = site.telescope
        assert telescope.AlignmentMode == AlignmentModes.algPolar
        assert not telescope.CanSetPierSide
        with pytest.raises(NotImplementedException):
            telescope.SideOfPier = PierSide.pierWest
        telescope.Tracking = True
        for hour_angle in (-2.0, 2.0):
            hours = (telescope.SiderealTime - hour_angle) % 24.0
            telescope.SlewToCoordinatesAsync(hours, -30.0)
            site.wait_until(lambda: not telescope.Slewing)
            assert distance(telescope, hours, -30.0) < 10.0
            assert telescope.SideOfPier == PierSide.pierEast
