"""The dome: it says that it is there when it is, and that it moves while it moves."""

import pytest
from alpaca.dome import ShutterState
from alpaca.exceptions import (
    DriverException,
    InvalidOperationException,
    InvalidValueException,
    NotImplementedException,
)


@pytest.mark.parametrize("azimuth", [0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0, 359.9])
def test_the_slit_comes_to_every_azimuth(site, azimuth):
    dome = site.dome
    dome.SlewToAzimuth(azimuth)
    while dome.Slewing:
        site.wait(0.1)
    apart = (dome.Azimuth - azimuth + 180.0) % 360.0 - 180.0
    assert abs(apart) < 1.0
    assert 0.0 <= dome.Azimuth < 360.0


def test_a_slew_is_under_way_at_once_and_until_it_ends(site):
    dome = site.dome
    dome.SlewToAzimuth(180.0)
    assert dome.Slewing
    passed = 0.0
    while abs(dome.Azimuth - 180.0) > 1.0:
        assert dome.Slewing
        site.wait(0.1)
        passed += 0.1
    assert passed > 1.0
    site.wait_until(lambda: not dome.Slewing, at_most=5.0)


@pytest.mark.parametrize("azimuth", [-10.0, 360.0, 370.0])
def test_azimuths_that_are_none_are_refused(site, azimuth):
    with pytest.raises(InvalidValueException):
        site.dome.SlewToAzimuth(azimuth)
    with pytest.raises(InvalidValueException):
        site.dome.SyncToAzimuth(azimuth)


def test_the_shutter_is_open_when_it_is_and_the_dome_moves_meanwhile(site):
    dome = site.dome
    assert dome.ShutterStatus == ShutterState.shutterClosed
    dome.OpenShutter()
    seen = []
    while dome.Slewing:
        seen.append(dome.ShutterStatus)
        site.wait(0.05)
    assert set(seen) == {ShutterState.shutterOpening}
    assert len(seen) * 0.05 == pytest.approx(1.0, abs=0.11)
    assert dome.ShutterStatus == ShutterState.shutterOpen
    dome.CloseShutter()
    assert (dome.Slewing, dome.ShutterStatus) == (True, ShutterState.shutterClosing)
    site.wait(0.9)
    assert (dome.Slewing, dome.ShutterStatus) == (True, ShutterState.shutterClosing)
    site.wait(0.2)
    assert (dome.Slewing, dome.ShutterStatus) == (False, ShutterState.shutterClosed)


def test_a_shutter_that_stops_half_way_is_not_open(site):
    site.dome.OpenShutter()
    site.wait(0.5)
    site.dome.AbortSlew()
    site.wait(2.0)
    assert not site.dome.Slewing
    assert site.dome.ShutterStatus not in (ShutterState.shutterOpen, ShutterState.shutterClosed)
    site.dome.CloseShutter()
    site.wait_until(lambda: not site.dome.Slewing, at_most=5.0)
    assert site.dome.ShutterStatus == ShutterState.shutterClosed


def test_a_stuck_shutter_is_an_error_and_never_open(site):
    site.dome.OpenShutter()
    site.wait(0.4)
    site.world.faults.inject("dome.shutter_stuck")
    site.wait(5.0)
    assert site.dome.ShutterStatus == ShutterState.shutterError
    with pytest.raises(DriverException):
        _ = site.dome.Slewing
    with pytest.raises(DriverException):
        site.dome.OpenShutter()
    site.world.faults.clear()
    site.dome.CloseShutter()
    site.wait_until(lambda: not site.dome.Slewing, at_most=5.0)
    assert site.dome.ShutterStatus == ShutterState.shutterClosed


def test_an_abort_stops_the_dome(site):
    dome = site.dome
    dome.SlewToAzimuth(200.0)
    site.wait(1.5)
    dome.AbortSlew()
    site.wait_until(lambda: not dome.Slewing, at_most=5.0)
    stopped = dome.Azimuth
    assert abs(stopped - 200.0) > 5.0
    site.wait(5.0)
    assert dome.Azimuth == stopped
    dome.AbortSlew()


def test_park_and_home(site):
    dome = site.dome
    dome.SlewToAzimuth(77.0)
    site.wait_until(lambda: not dome.Slewing)
    dome.SetPark()
    dome.SlewToAzimuth(130.0)
    assert not dome.AtPark
    site.wait_until(lambda: not dome.Slewing)
    dome.Park()
    assert dome.Slewing
    assert not dome.AtPark
    site.wait_until(lambda: not dome.Slewing)
    assert dome.AtPark
    assert dome.Azimuth == pytest.approx(77.0, abs=1.0)
    dome.FindHome()
    assert not dome.AtPark
    site.wait_until(lambda: not dome.Slewing)
    assert dome.AtHome
    dome.SlewToAzimuth(10.0)
    assert not dome.AtHome


def test_a_sync_changes_what_the_dome_says(site):
    dome = site.dome
    dome.SlewToAzimuth(50.0)
    site.wait_until(lambda: not dome.Slewing)
    dome.SyncToAzimuth(52.0)
    assert dome.Azimuth == pytest.approx(52.0, abs=0.1)


def test_it_follows_no_telescope_by_itself(site):
    assert (site.dome.CanSlave, site.dome.Slaved) == (False, False)
    with pytest.raises(NotImplementedException):
        site.dome.Slaved = True
    site.dome.Slaved = False


def test_its_shutter_has_no_altitude(site):
    assert not site.dome.CanSetAltitude
    with pytest.raises(NotImplementedException):
        site.dome.SlewToAltitude(45.0)
    with pytest.raises((NotImplementedException, InvalidOperationException)):
        _ = site.dome.Altitude
