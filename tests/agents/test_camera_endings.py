"""Exposures that are aborted, stopped, lost or in somebody's way end clearly, and leave the camera idle."""

import pytest
from astropy.io import fits
from ocs_sim.agents._camera._download import fetch_image
from ocs_sim.agents._camera._errors import ImageLost

from ocs_sim.testing import wait_until
from ocs_sim.world import ExposureRequest, NotAllowedNow
from tests.agents.camera_bench import camera, observatory, text

OFTEN = ("--monitor-period", "0.2")


@pytest.fixture
def eager(monkeypatch):
    """Have lost devices tried again at once, and long exposures looked at often."""
    monkeypatch.setattr("ocs_sim.agents._camera._exposing._LONGEST_POLL_SECONDS", 0.05)
    monkeypatch.setattr("ocs_sim.agents._device._pauses._FIRST_SECONDS", 0.1)
    monkeypatch.setattr("ocs_sim.agents._device._pauses._LONGEST_SECONDS", 0.1)


@pytest.fixture
def slow(tmp_path, eager):
    """A world whose time stands still until the test lets it go on, and its camera."""
    with observatory(stepped=True) as served, camera(served, tmp_path, "--patience", "0.3", *OFTEN) as cam:
        yield served, cam


def pass_time(served, step_seconds, condition):
    """Let the world's time go on until a condition holds."""

    def holds():
        served.world.clock.advance(step_seconds)
        return condition()

    wait_until(holds)


def begin(served, cam, **params):
    """Start an exposure in a world that stands still, and wait until its shutter is open."""
    cam.start("expose", **params)
    pass_time(served, 0.01, lambda: served.world.camera.state == "exposing")
    cam.until(lambda: (cam.status("expose").session["progress"]["stage"] or "").startswith("exposing"))


def finish(served, cam, operation="expose"):
    """Let time go on until an operation is over."""
    pass_time(served, 0.2, lambda: cam.status(operation).session["status"] == "done")
    return cam.wait(operation)


def test_an_abort_discards_the_exposure_and_leaves_the_camera_idle(slow, tmp_path):
    served, cam = slow
    begin(served, cam, seconds=100.0)
    served.world.clock.advance(40.0)
    cam.until(lambda: 0.3 < cam.status("expose").session["progress"]["fraction"] < 0.5)
    progress = cam.status("expose").session["progress"]
    assert (progress["stage"], 55 < progress["seconds_left"] < 65) == ("exposing", True)
    cam.abort("expose")
    assert text(cam.wait("expose")) == "Aborted."
    assert served.world.camera.state == "idle"
    assert list(tmp_path.rglob("*.fits")) == []


def test_a_stop_keeps_what_there_is_and_ends_the_series(slow):
    served, cam = slow
    begin(served, cam, seconds=100.0, count=5)
    served.world.clock.advance(30.0)
    cam.start("stop_exposure")
    cam.until(lambda: served.world.camera.state == "reading")
    reply = finish(served, cam)
    assert text(cam.wait("stop_exposure")) == "Stopped."
    assert reply.session["success"], reply.session["messages"]
    (path,) = reply.session["data"]["files"]
    header = fits.getheader(path)
    assert 30.0 <= header["EXPTIME"] < 30.5
    assert header["EXPTIME"] == pytest.approx(served.world.camera.last_exposure[1], abs=0.001)
    assert header["STOPPED"] is True
    assert (reply.session["data"]["images"][0]["stopped"], reply.session["data"]["taken"]) == (True, 1)


def test_a_stop_that_comes_too_late_loses_nothing(slow, monkeypatch):
    served, cam = slow

    def refuse():
        raise NotAllowedNow(part="camera", action="stop", reason="it is reading")

    monkeypatch.setattr(served.world.camera, "stop", refuse)
    begin(served, cam, seconds=5.0, count=2)
    cam.start("stop_exposure")
    cam.until(lambda: any("it is reading" in each for _, each in cam.status("expose").session["messages"]))
    reply = finish(served, cam)
    assert reply.session["success"], text(reply)
    assert (reply.session["data"]["taken"], text(cam.wait("stop_exposure"))) == (1, "Stopped.")


def test_a_stop_before_the_shutter_opens_takes_nothing(slow, tmp_path):
    served, cam = slow
    served.world.camera.start_exposure(ExposureRequest(100.0))
    cam.start("expose", seconds=5.0, count=2)
    cam.until(lambda: cam.status("expose").session["progress"]["stage"].startswith("waiting for the camera"))
    assert text(cam.run("stop_exposure")) == "Stopped."
    assert text(cam.wait("expose")) == "Took 0 of 2."
    assert served.world.camera.state == "waiting", "what somebody else exposes goes on"
    assert list(tmp_path.rglob("*.fits")) == []


def test_a_camera_lost_in_an_exposure_is_aborted_when_it_is_back(slow, tmp_path):
    served, cam = slow
    begin(served, cam, seconds=100.0)
    served.world.faults.inject("device.lost", device="camera")
    reply = cam.wait("expose")
    assert not reply.session["success"]
    assert text(reply).startswith("The exposure was lost while exposing: The camera 0 at 127.0.0.1")
    cam.until(lambda: "camera 0" in (cam.status("monitor").session["degraded_reason"] or ""))
    assert served.world.camera.state == "exposing"
    served.world.faults.clear("device.lost")
    cam.until(lambda: served.world.camera.state == "idle")
    cam.until(lambda: cam.status("monitor").session["degraded_reason"] is None)
    assert list(tmp_path.rglob("*.fits")) == []


def test_a_camera_that_is_back_in_time_keeps_its_exposure(tmp_path, eager):
    with observatory(stepped=True) as served, camera(served, tmp_path, *OFTEN) as cam:
        begin(served, cam, seconds=100.0)
        served.world.faults.inject("device.lost", device="camera")
        cam.until(lambda: cam.status("monitor").session["degraded_reason"])
        served.world.faults.clear("device.lost")
        served.world.clock.advance(95.0)
        assert finish(served, cam).session["success"]


def test_an_image_that_is_lost_on_its_way_is_fetched_again(tmp_path, eager, monkeypatch):
    fetches = []
    with observatory() as served, camera(served, tmp_path, *OFTEN) as cam:

        def break_once(*args, **kwargs):
            fetches.append(args)
            if len(fetches) == 1:
                served.world.faults.inject("device.lost", device="camera")
                raise ImageLost(fault="the cable was pulled")
            return fetch_image(*args, **kwargs)

        monkeypatch.setattr("ocs_sim.agents._camera._exposing.fetch_image", break_once)
        cam.start("expose", seconds=0.1)
        cam.until(lambda: cam.status("monitor").session["degraded_reason"])
        served.world.faults.clear("device.lost")
        reply = cam.wait("expose")
        assert reply.session["success"], text(reply)
        assert len(fetches) == 2
        cam.until(lambda: cam.status("monitor").session["degraded_reason"] is None)


def test_a_readout_that_fails_is_told(slow):
    served, cam = slow
    begin(served, cam, seconds=5.0)
    served.world.faults.inject("camera.readout_failure")
    reply = finish(served, cam)
    assert not reply.session["success"]
    assert text(reply).startswith("The exposure was lost while")
    served.world.faults.clear("camera.readout_failure")
    cam.start("expose", seconds=0.0, image_type="bias")
    assert finish(served, cam).session["success"]


def test_an_exposure_that_somebody_else_has_aborted_is_told(slow):
    served, cam = slow
    begin(served, cam, seconds=100.0)
    served.world.camera.abort()
    reply = cam.wait("expose")
    assert "the camera is idle and has no image" in text(reply)


def test_who_comes_second_waits_for_the_camera(slow):
    served, cam = slow
    begin(served, cam, seconds=5.0)
    cam.start("set_filter", filter="G")
    cam.until(lambda: "expose" in (cam.status("set_filter").session["progress"]["waiting_for"] or ""))
    finish(served, cam)
    assert text(finish(served, cam, "set_filter")) == "Filter G."
    assert served.world.wheel.position == 2
