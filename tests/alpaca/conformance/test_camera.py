"""The camera: exposures from the start to the array, what they refuse, and the cooler."""

from datetime import UTC, datetime

import numpy as np
import pytest
from alpaca.camera import CameraStates, GuideDirections, ImageArrayElementTypes
from alpaca.exceptions import (
    DriverException,
    InvalidOperationException,
    InvalidValueException,
    NotImplementedException,
)

WIDTH, HEIGHT = 96, 64


@pytest.fixture
def camera(site):
    return site.camera


def expose(site, seconds=1.0, light=False):
    """Take an image and return it, [x][y]."""
    site.camera.StartExposure(seconds, light)
    site.wait_until(lambda: site.camera.ImageReady)
    return np.asarray(site.camera.ImageArray)


def test_before_the_first_exposure_there_is_nothing(camera):
    assert camera.CameraState == CameraStates.cameraIdle
    assert not camera.ImageReady
    for read in (
        lambda: camera.LastExposureDuration,
        lambda: camera.LastExposureStartTime,
        lambda: camera.ImageArrayRaw,
        lambda: camera.PercentCompleted,
    ):
        with pytest.raises((InvalidOperationException, InvalidValueException)):
            read()


def test_the_array_of_no_image_is_an_ascom_error(wire, running, stage, site):
    from tests.alpaca.conformance.wire import Wire

    raw = Wire(site.served.port)
    for accept in ("application/json", "application/imagebytes"):
        for member in ("imagearray", "imagearrayvariant"):
            assert raw.get(f"/api/v1/camera/0/{member}", Accept=accept).error == 0x40B
    raw.close()


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


def test_an_exposure_goes_through_its_states_and_is_ready_at_its_end(site, camera):
    began = site.world.clock.time()
    camera.StartExposure(2.0, True)
    assert not camera.ImageReady
    seen, percents = [], []
    passed = 0.0
    while not camera.ImageReady:
        state = camera.CameraState
        assert state != CameraStates.cameraIdle
        if state not in seen:
            seen.append(state)
        if state == CameraStates.cameraExposing:
            percents.append(camera.PercentCompleted)
        site.wait(0.05)
        passed += 0.05
    assert 2.0 <= passed < 10.0
    assert seen == sorted(seen, key=lambda state: state.value)
    assert CameraStates.cameraExposing in seen
    assert CameraStates.cameraReading in seen
    assert percents == sorted(percents)
    assert 0 <= percents[0] < percents[-1] <= 100
    assert camera.CameraState == CameraStates.cameraIdle
    assert camera.LastExposureDuration == pytest.approx(2.0, abs=0.01)
    started = datetime.fromisoformat(camera.LastExposureStartTime).replace(tzinfo=UTC).timestamp()
    assert started == pytest.approx(began, abs=0.1)


def test_the_array_is_columns_of_rows_of_sixteen_bits(site, camera):
    camera.StartX, camera.StartY, camera.NumX, camera.NumY = 10, 20, 40, 12
    lists = expose(site)
    assert lists.shape == (40, 12)
    raw = camera.ImageArrayRaw
    info = camera.ImageArrayInfo
    assert (info.Rank, info.Dimension1, info.Dimension2, info.Dimension3) == (2, 40, 12, 0)
    assert info.ImageElementType == ImageArrayElementTypes.Int32
    assert info.TransmissionElementType == ImageArrayElementTypes.UInt16
    assert np.array_equal(np.frombuffer(raw, np.uint16).reshape(40, 12), lists)
    assert np.array_equal(lists.T, site.world.camera.image())


def test_the_image_stays_until_the_next_exposure(site, camera):
    first = expose(site)
    site.wait(100.0)
    assert camera.ImageReady
    assert np.array_equal(np.asarray(camera.ImageArray), first)
    camera.StartExposure(1.0, False)
    assert not camera.ImageReady
    with pytest.raises((InvalidOperationException, InvalidValueException)):
        _ = camera.ImageArrayRaw
    assert camera.LastExposureDuration == pytest.approx(1.0, abs=0.01)


def test_a_fast_readout_mode_is_fast(site, camera):
    def seconds(mode):
        camera.ReadoutMode = mode
        camera.StartExposure(1.0, False)
        return site.wait_until(lambda: camera.ImageReady, step=0.01)

    assert camera.ReadoutModes == ["normal", "fast"]
    assert seconds(1) < seconds(0) - 0.02


@pytest.mark.parametrize("binning", [(1, 1), (2, 2), (3, 3), (4, 4), (2, 1)])
def test_every_binning_gives_its_shape(site, camera, binning):
    assert camera.CanAsymmetricBin
    camera.BinX, camera.BinY = binning
    camera.NumX, camera.NumY = WIDTH // binning[0], HEIGHT // binning[1]
    assert expose(site).shape == (WIDTH // binning[0], HEIGHT // binning[1])


def test_binnings_that_are_none_are_refused(camera):
    for name, most in (("BinX", camera.MaxBinX), ("BinY", camera.MaxBinY)):
        for factor in (-1, 0, most + 1):
            with pytest.raises(InvalidValueException):
                setattr(camera, name, factor)
        assert getattr(camera, name) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("StartX", -1),
        ("StartY", -1),
        ("StartX", WIDTH),
        ("StartY", HEIGHT),
        ("NumX", 0),
        ("NumY", 0),
        ("NumX", WIDTH + 1),
        ("NumY", HEIGHT + 1),
        ("BinX", 2),
        ("BinY", 2),
    ],
)
def test_a_subframe_is_checked_when_an_exposure_starts(camera, name, value):
    setattr(camera, name, value)
    assert getattr(camera, name) == value
    with pytest.raises(InvalidValueException):
        camera.StartExposure(1.0, False)
    assert camera.CameraState == CameraStates.cameraIdle


@pytest.mark.parametrize("seconds", [-1.0, 1e6])
def test_durations_that_are_none_are_refused(camera, seconds):
    for light in (True, False):
        with pytest.raises(InvalidValueException):
            camera.StartExposure(seconds, light)


def test_one_exposure_at_a_time(site, camera):
    camera.StartExposure(5.0, False)
    site.wait(1.0)
    with pytest.raises(InvalidOperationException):
        camera.StartExposure(5.0, False)
    assert camera.CameraState == CameraStates.cameraExposing


def test_a_stop_keeps_what_there_is(site, camera):
    assert camera.CanStopExposure
    camera.StartExposure(30.0, True)
    site.wait(3.0)
    camera.StopExposure()
    site.wait_until(lambda: camera.ImageReady, at_most=5.0)
    assert np.asarray(camera.ImageArray).shape == (WIDTH, HEIGHT)
    assert camera.LastExposureDuration == pytest.approx(3.0, abs=0.1)


def test_an_abort_drops_what_there_is(site, camera):
    assert camera.CanAbortExposure
    camera.StartExposure(30.0, True)
    site.wait(3.0)
    camera.AbortExposure()
    assert camera.CameraState == CameraStates.cameraIdle
    site.wait(60.0)
    assert not camera.ImageReady
    assert expose(site).shape == (WIDTH, HEIGHT)


def test_an_idle_camera_can_be_stopped_and_aborted(camera):
    camera.StopExposure()
    camera.AbortExposure()
    assert camera.CameraState == CameraStates.cameraIdle


def test_a_failed_readout_is_told_where_the_end_is_asked_for(site, camera):
    site.world.faults.inject("camera.readout_failure")
    camera.StartExposure(1.0, False)
    site.wait(10.0)
    assert camera.CameraState == CameraStates.cameraError
    with pytest.raises(DriverException) as told:
        _ = camera.ImageReady
    assert told.value.number == 0x501
    site.world.faults.clear()
    assert expose(site).shape == (WIDTH, HEIGHT)


def test_light_and_dark_differ(site, camera):
    site.covercalibrator.OpenCover()
    site.covercalibrator.CalibratorOn(site.covercalibrator.MaxBrightness)
    site.dome.CloseShutter()
    site.covercalibrator.CloseCover()
    site.wait(10.0)
    assert expose(site, light=True).mean() > 1.5 * expose(site, light=False).mean()


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
