"""The camera: its facts, modes, cooler and guide port."""

import pytest
from alpaca.camera import GuideDirections
from alpaca.exceptions import (
    InvalidValueException,
    NotImplementedException,
)

WIDTH, HEIGHT = 96, 64


@pytest.fixture
def camera(site):
    return site.camera


def test_what_the_camera_is(camera):
    assert (camera.CameraXSize, camera.CameraYSize) == (WIDTH, HEIGHT)
    assert camera.PixelSizeX == camera.PixelSizeY > 0.0
    assert camera.MaxADU == 65535
    assert camera.ElectronsPerADU > 0.0
    assert camera.FullWellCapacity > 1000.0
    assert 0.0 <= camera.ExposureMin < camera.ExposureMax
    assert 0.0 <= camera.ExposureResolution <= camera.ExposureMax
    assert camera.SensorType.value == 0
    for read in (lambda: camera.BayerOffsetX, lambda: camera.BayerOffsetY):
        with pytest.raises(NotImplementedException):
            read()


def test_a_fast_readout_mode_is_fast(site, camera):
    def seconds(mode):
        camera.ReadoutMode = mode
        camera.StartExposure(0.0, False)
        return site.wait_until(lambda: camera.ImageReady, step=0.01)

    assert camera.ReadoutModes == ["normal", "fast"]
    assert seconds(1) < seconds(0) - 0.02


def test_the_gain_is_one_of_a_list(camera):
    """So the members of the other way to set it are not there."""
    assert camera.Gains
    assert camera.Gain in range(len(camera.Gains))
    camera.Gain = camera.Gain
    for gain in (-1, len(camera.Gains)):
        with pytest.raises(InvalidValueException):
            camera.Gain = gain
    for read in (lambda: camera.GainMin, lambda: camera.GainMax):
        with pytest.raises(NotImplementedException):
            read()


def test_the_offset_is_fixed(camera):
    for name in ("Offset", "Offsets", "OffsetMin", "OffsetMax", "SubExposureDuration"):
        with pytest.raises(NotImplementedException):
            getattr(camera, name)
    with pytest.raises(NotImplementedException):
        camera.Offset = 1
    with pytest.raises(NotImplementedException):
        camera.SubExposureDuration = 1.0


def test_readout_modes_take_the_place_of_fast_readout(camera):
    assert not camera.CanFastReadout
    for use in (lambda: camera.FastReadout, lambda: setattr(camera, "FastReadout", True)):
        with pytest.raises(NotImplementedException):
            use()
    assert len(camera.ReadoutModes) >= 1
    for mode in range(len(camera.ReadoutModes)):
        camera.ReadoutMode = mode
        assert camera.ReadoutMode == mode
    for mode in (-1, len(camera.ReadoutModes)):
        with pytest.raises(InvalidValueException):
            camera.ReadoutMode = mode


def test_the_cooler_takes_the_sensor_to_its_set_point(site, camera):
    assert camera.CanSetCCDTemperature
    assert camera.CanGetCoolerPower
    camera.SetCCDTemperature = -12.5
    assert camera.SetCCDTemperature == -12.5
    warm = camera.CCDTemperature
    camera.CoolerOn = True
    assert camera.CoolerOn
    site.wait(120.0)
    assert camera.CCDTemperature == pytest.approx(-12.5, abs=0.5)
    assert warm > 0.0
    assert 0.0 < camera.CoolerPower <= 100.0
    assert camera.HeatSinkTemperature > camera.CCDTemperature
    camera.CoolerOn = False
    site.wait(600.0)
    assert camera.CCDTemperature > -5.0
    assert camera.CoolerPower == 0.0


@pytest.mark.parametrize("celsius", [-280.0, -274.0, 100.0, 500.0])
def test_temperatures_that_are_none_are_refused(camera, celsius):
    before = camera.SetCCDTemperature
    with pytest.raises(InvalidValueException):
        camera.SetCCDTemperature = celsius
    assert camera.SetCCDTemperature == before


@pytest.mark.parametrize("direction", list(GuideDirections))
def test_the_guide_port_guides_the_mount(site, camera, direction):
    telescope = site.telescope
    telescope.Unpark()
    telescope.Tracking = True
    telescope.SlewToCoordinatesAsync((telescope.SiderealTime - 2.0) % 24.0, -30.0)
    site.wait_until(lambda: not telescope.Slewing)
    before = telescope.RightAscension * 15.0, telescope.Declination
    assert camera.CanPulseGuide
    camera.PulseGuide(direction, 2000)
    assert camera.IsPulseGuiding
    site.wait(2.1)
    assert not camera.IsPulseGuiding
    moved = telescope.RightAscension * 15.0 - before[0], telescope.Declination - before[1]
    expected = {"North": (0, 1), "South": (0, -1), "East": (1, 0), "West": (-1, 0)}[direction.name[5:]]
    rates = telescope.GuideRateRightAscension, telescope.GuideRateDeclination
    for each, sign, rate in zip(moved, expected, rates, strict=True):
        assert each == pytest.approx(sign * rate * 2.0, abs=0.3 / 3600.0)


def test_a_guide_port_does_not_know_that_the_mount_is_parked(site, camera):
    site.telescope.Park()
    site.wait_until(lambda: site.telescope.AtPark)
    camera.PulseGuide(GuideDirections.guideNorth, 1000)
    assert camera.IsPulseGuiding
    site.wait(1.1)
    assert not camera.IsPulseGuiding
    with pytest.raises(InvalidValueException):
        camera.PulseGuide(GuideDirections.guideNorth, -1)
