"""The camera: exposures from the start to the array, what they refuse, and the cooler."""

from datetime import UTC, datetime

import numpy as np
import pytest
from alpaca.camera import CameraStates, ImageArrayElementTypes
from alpaca.exceptions import (
    DriverException,
    InvalidOperationException,
    InvalidValueException,
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
