"""What could not be finished is told by the property that tells of the end: never as a success."""

import pytest
from alpaca.covercalibrator import CoverStatus
from alpaca.exceptions import DriverException

FAILED = 0x501


def fails(read):
    with pytest.raises(DriverException) as told:
        read()
    assert told.value.number == FAILED
    assert "has failed" in told.value.message


def test_a_mount_that_stalls(site):
    telescope = site.telescope
    telescope.Tracking = True
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime - 3.0) % 24.0, -40.0)
    site.wait(1.0)
    site.world.faults.inject("mount.stall")
    site.wait(30.0)
    fails(lambda: telescope.Slewing)
    assert "Slewing" not in {item["Name"] for item in telescope.DeviceState}
    site.world.faults.clear()
    telescope.AbortSlew()
    telescope.Tracking = True
    hours = (telescope.SiderealTime - 3.0) % 24.0
    telescope.SlewToCoordinatesAsync(hours, -40.0)
    site.wait_until(lambda: not telescope.Slewing)
    assert telescope.RightAscension == pytest.approx(hours, abs=1e-4)


def test_a_dome_that_stalls(site):
    site.dome.SlewToAzimuth(170.0)
    site.wait(1.0)
    site.world.faults.inject("dome.stall")
    site.wait(30.0)
    fails(lambda: site.dome.Slewing)
    assert abs(site.dome.Azimuth - 170.0) > 5.0


def test_a_wheel_that_is_stuck(site):
    site.filterwheel.Position = 3
    site.wait(0.15)
    site.world.faults.inject("wheel.stuck")
    site.wait(30.0)
    fails(lambda: site.filterwheel.Position)


def test_a_focuser_that_stalls(site):
    site.focuser.Move(0)
    site.wait(0.2)
    site.world.faults.inject("focuser.stall")
    site.wait(30.0)
    fails(lambda: site.focuser.IsMoving)
    fails(lambda: site.focuser.Move(100))


def test_a_rotator_that_stalls(site):
    site.rotator.MoveMechanical(100.0)
    site.wait(0.5)
    site.world.faults.inject("rotator.stall")
    site.wait(30.0)
    fails(lambda: site.rotator.IsMoving)


def test_a_cover_that_is_stuck(site):
    site.covercalibrator.CloseCover()
    site.wait(0.2)
    site.world.faults.inject("cover.stuck")
    site.wait(30.0)
    assert site.covercalibrator.CoverState == CoverStatus.Error
    fails(lambda: site.covercalibrator.CoverMoving)
    site.world.faults.clear()
    site.covercalibrator.OpenCover()
    site.wait_until(lambda: not site.covercalibrator.CoverMoving)
    assert site.covercalibrator.CoverState == CoverStatus.Open


def test_without_power_nothing_arrives(site):
    site.focuser.Move(0)
    site.dome.SlewToAzimuth(170.0)
    site.wait(0.2)
    site.world.faults.inject("power.lost")
    site.wait(30.0)
    fails(lambda: site.focuser.IsMoving)
    fails(lambda: site.dome.Slewing)
