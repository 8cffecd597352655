"""The camera as a machine: what it does when, and what it refuses."""

import threading

import numpy as np
import pytest

from ocs_sim.world import ExposureRequest, Faulted, NoImage, NotAllowedNow, OutOfRange
from tests.world.observing import begin, closed_world, open_world, take


def test_an_exposure_goes_through_its_states_at_their_times():
    world = closed_world(64, **{"camera.shutter_seconds": 0.1, "camera.readout_seconds": 2.0})
    camera, clock = world.camera, world.clock
    began = world.now()
    assert camera.state == "idle"
    assert not camera.image_ready
    camera.start_exposure(ExposureRequest(10.0))
    assert camera.state == "waiting"
    clock.advance(0.11)
    assert camera.state == "exposing"
    clock.advance(5.0)
    assert camera.percent_completed == pytest.approx(50.1, abs=0.1)
    clock.advance(5.0)
    assert camera.state == "reading"
    clock.advance(2.1)
    assert camera.state == "download"
    assert not camera.image_ready
    clock.advance(0.1)
    assert camera.state == "idle"
    assert camera.image_ready
    assert camera.percent_completed == 0.0
    assert camera.last_exposure == (pytest.approx(began + 0.1), pytest.approx(10.0))


def test_reading_fewer_rows_takes_less_time():
    world = closed_world(64, **{"camera.readout_seconds": 8.0, "camera.download_seconds": 0.0})

    def seconds(**request):
        exposure = world.camera.start_exposure(ExposureRequest(0.0, light=False, **request))
        world.camera.abort()
        return exposure.ready_unix - exposure.closed_unix

    assert seconds() == pytest.approx(8.0)
    assert seconds(height=16) == pytest.approx(2.0)
    assert seconds(bin_x=2, bin_y=2) == pytest.approx(4.0)
    assert seconds(readout_mode=1) == pytest.approx(2.0)


def test_stop_keeps_what_there_is_and_abort_throws_it_away():
    world = closed_world(64)
    world.camera.start_exposure(ExposureRequest(100.0, light=False))
    world.clock.advance(30.0)
    world.camera.stop()
    assert world.camera.state == "reading"
    world.clock.advance(2.0)
    assert world.camera.last_exposure[1] == pytest.approx(30.0)
    assert world.camera.image().shape == (64, 64)
    assert world.camera.truth().duration_seconds == pytest.approx(30.0)

    world.camera.start_exposure(ExposureRequest(100.0, light=False))
    world.clock.advance(30.0)
    world.camera.abort()
    assert world.camera.state == "idle"
    assert not world.camera.image_ready
    with pytest.raises(NoImage):
        world.camera.image()
    assert world.camera.last_exposure[1] == pytest.approx(30.0), "of the one before"


def test_stop_and_abort_of_nothing_do_nothing():
    world = closed_world(64)
    world.camera.stop()
    world.camera.abort()
    image = take(world, 0, light=False)
    world.camera.stop()
    world.camera.abort()
    assert world.camera.image_ready
    assert np.array_equal(world.camera.image(), image)


def test_without_an_exposure_there_is_nothing_to_tell():
    camera = closed_world(64).camera
    for ask in (camera.image, camera.truth, lambda: camera.last_exposure):
        with pytest.raises(NoImage):
            ask()


def test_one_exposure_at_a_time():
    world = closed_world(64)
    world.camera.start_exposure(ExposureRequest(10.0))
    with pytest.raises(NotAllowedNow, match="waiting"):
        world.camera.start_exposure(ExposureRequest(10.0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"bin_x": 0},
        {"bin_y": 5},
        {"width": 65},
        {"height": 0},
        {"start_x": 64},
        {"start_y": -1},
        {"start_x": 60, "width": 5},
        {"bin_x": 2, "width": 33},
        {"readout_mode": 2},
        {"duration_seconds": -1.0},
        {"duration_seconds": 1e9},
        {"duration_seconds": float("nan")},
    ],
)
def test_what_the_sensor_does_not_have_is_refused(wrong):
    camera = closed_world(64).camera
    with pytest.raises(OutOfRange):
        camera.start_exposure(ExposureRequest(**{"duration_seconds": 1.0, **wrong}))
    assert camera.state == "idle"


def test_a_failed_readout_is_an_error_until_the_next_exposure():
    world = closed_world(64)
    world.faults.inject("camera.readout_failure", seconds=30)
    begin(world, 1.0, light=False)
    assert world.camera.state == "error"
    with pytest.raises(Faulted):
        _ = world.camera.image_ready
    with pytest.raises(Faulted):
        world.camera.image()
    world.clock.advance(60)
    assert world.camera.state == "error"
    take(world, 1.0, light=False)
    assert world.camera.state == "idle"


def test_a_stuck_shutter_leaves_a_light_dark():
    world = closed_world(128)
    world.cover.close()
    world.cover.on(255)
    world.clock.advance(5)
    lit = take(world, 1.0)
    world.faults.inject("camera.shutter_stuck")
    dark = take(world, 1.0)
    assert np.median(lit) > 10000
    assert np.median(dark) < 1100
    assert world.camera.truth().sky is None


def test_threads_that_ask_at_once_get_the_same_image():
    world = closed_world(256)
    begin(world, 1.0, light=False)
    images = []
    threads = [threading.Thread(target=lambda: images.append(world.camera.image())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({id(image) for image in images}) == 1
    assert not images[0].flags.writeable


def test_the_world_can_be_asked_while_an_image_is_rendered():
    world = closed_world(64)
    begin(world, 1.0, light=False)
    held, render = threading.Event(), world.camera._renderer.render
    asked = threading.Event()

    def slow(scene, wanted):
        held.set()
        assert asked.wait(20)
        return render(scene, wanted)

    world.camera._renderer.render = slow
    thread = threading.Thread(target=world.camera.image)
    thread.start()
    assert held.wait(20)
    assert world.camera.state == "idle"
    assert world.mount.at_park is not None
    asked.set()
    thread.join(20)


def test_an_image_that_is_fetched_late_is_that_of_its_time():
    def late(hours):
        world = open_world(64, seed=3)
        world.camera.cooler_on = True
        begin(world, 20.0)
        world.mount.park()
        world.camera.cooler_on = False
        for _ in range(4):
            world.clock.advance(hours * 900)
            world.dome.slew_to_azimuth((world.dome.azimuth_degrees + 90) % 360)
            world.focuser.move(world.focuser.position + 10)
        image = world.camera.image()
        world.clock.advance(9 * 3600)
        return image, world.camera.truth()

    (soon, known), (later, known_later) = late(0.01), late(7)
    assert np.array_equal(soon, later)
    assert known.sky.commanded_ra_degrees == known_later.sky.commanded_ra_degrees
    assert np.array_equal(known.sky.stars.x, known_later.sky.stars.x)


def test_an_image_can_be_developed_while_it_is_read_out():
    world = closed_world(64)
    world.camera.start_exposure(ExposureRequest(1.0, light=False))
    with pytest.raises(NoImage):
        world.camera.develop()
    world.clock.advance(1.01)
    assert world.camera.state == "reading"
    world.camera.develop()
    assert world.camera.developed
    with pytest.raises(NoImage):
        world.camera.image()
    world.clock.advance(60)
    early = world.camera.image()
    late = closed_world(64)
    begin(late, 1.0, light=False)
    assert np.array_equal(early, late.camera.image())


def test_an_image_that_nobody_wants_is_given_up_between_two_bands(monkeypatch):
    monkeypatch.setattr("ocs_sim.world._render._BAND_PIXELS", 64 * 64)
    world = closed_world(256)
    begin(world, 1.0, light=False)
    answers = iter([True, True, False])
    with pytest.raises(NoImage):
        world.camera.image(lambda: next(answers))
    assert not world.camera.developed
    assert world.camera.image().shape == (256, 256)


def test_an_image_is_given_up_when_another_exposure_begins(monkeypatch):
    monkeypatch.setattr("ocs_sim.world._render._BAND_PIXELS", 64 * 64)
    world = closed_world(256)
    begin(world, 1.0, light=False)

    def busy():
        world.camera.start_exposure(ExposureRequest(1.0, light=False))
        return True

    with pytest.raises(NoImage):
        world.camera.image(busy)
