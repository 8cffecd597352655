"""The Camera agent on a served world: images as they were exposed, whatever happens meanwhile."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from ocs_sim.agents._camera._download import fetch_image
from ocs_sim.agents._camera._errors import ImageLost

from ocs_sim.images import read_image
from ocs_sim.testing import wait_until
from ocs_sim.wire import ResponseCode
from ocs_sim.world import ExposureRequest, NotAllowedNow
from tests.agents.camera_bench import DEVICES, PIXELS, camera, observatory, text

OFTEN = ("--monitor-period", "0.2")


@pytest.fixture(scope="module")
def served():
    with observatory() as served:
        yield served


@pytest.fixture(scope="module")
def cam(served, tmp_path_factory):
    with camera(served, tmp_path_factory.mktemp("images")) as cam:
        yield cam


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


def expose(cam, **params):
    reply = cam.run("expose", **params)
    assert reply.session["success"], reply.session["messages"]
    return [fits.open(path, checksum=True) for path in reply.session["data"]["files"]]


def one(cam, **params):
    (image,) = expose(cam, **params)
    with image:
        return image[0].header.copy(), np.array(image[0].data)


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


def test_the_file_has_the_pixels_that_the_camera_had(served, cam):
    header, pixels = one(cam, seconds=1.0, filter="L", object="Grid")
    assert np.array_equal(pixels, served.world.camera.image())
    assert pixels.dtype == np.uint16
    assert (header["IMAGETYP"], header["OBJECT"], header["FILTER"]) == ("LIGHT", "Grid", "L")
    assert header["EXPTIME"] == 1.0
    start, _ = served.world.camera.last_exposure
    assert abs(_unix(header["DATE-OBS"]) - start) < 0.002


def _unix(text):
    return float(np.datetime64(text, "ms").astype(float)) / 1000


def test_the_header_knows_the_instrument_and_the_site(served, cam):
    header, _ = one(cam, seconds=0.1, filter="R", observer="N. Obody")
    assert (header["FOCALLEN"], header["APTDIA"], header["XPIXSZ"]) == pytest.approx((1856.4, 300.0, 9.0))
    assert (header["EGAIN"], header["SITELAT"]) == (1.0, pytest.approx(-30.169))
    assert header["FOCUSPOS"] == served.world.focuser.position
    assert header["CCD-TEMP"] == pytest.approx(served.world.camera.temperature_celsius, abs=2.0)
    assert (header["OBSERVER"], header["INSTRUME"], header["SITEID"]) == ("N. Obody", "cam1", "sim")


@pytest.mark.parametrize(
    ("image_type", "seconds", "median"),
    [("bias", 0.0, (990, 1010)), ("dark", 1.0, (990, 1030)), ("flat", 0.5, (2000, 50_000))],
)
def test_each_type_of_image(cam, image_type, seconds, median):
    if image_type == "flat":
        assert cam.run("close_cover").session["success"]
        assert text(cam.run("calibrator_on")) == "Calibrator on at 255."
    header, pixels = one(cam, seconds=seconds, image_type=image_type, filter="L")
    if image_type == "flat":
        assert cam.run("calibrator_off").session["success"]
        assert cam.run("open_cover").session["success"]
    assert (header["IMAGETYP"], header["EXPTIME"]) == (image_type.upper(), seconds)
    assert median[0] < np.median(pixels) < median[1]
    assert pixels.max() < np.median(pixels) + 20_000
    assert "CRVAL1" not in header


def test_a_series_is_numbered_and_told(cam):
    for number, image in enumerate(expose(cam, seconds=0.1, count=3), start=1):
        with image:
            assert (image[0].header["FRAMENUM"], image[0].header["FRAMECNT"]) == (number, 3)
    data = cam.status("expose").session["data"]
    assert (data["wanted"], data["taken"], len(set(data["names"]))) == (3, 3, 3)
    numbers = [int(each[-8:]) for each in data["names"]]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    blocks = cam.blocks("images")
    assert [number for block in blocks for number in block.data["number"]][-3:] == numbers
    messages = [each.message for each in cam.published("files")][-3:]
    assert [each["path"] for each in messages] == data["files"]
    assert all(Path(each["path"]).name == each["base_name"] + "-EX00.fits" for each in messages)


def test_what_is_in_an_image_is_measured(cam):
    cam.run("expose", seconds=2.0, filter="L")
    (summary,) = cam.status("expose").session["data"]["images"]
    assert 12 <= summary["stars"] <= 30
    assert 1.5 < summary["fwhm"] < 3.5
    assert summary["median"] > 1005
    assert summary["saturated"] == 0.0


def test_binning_and_a_subframe(served, cam):
    header, pixels = one(cam, seconds=0.2, binning=2, subframe=[10, 20, 60, 50])
    assert pixels.shape == (50, 60)
    assert np.array_equal(pixels, served.world.camera.image())
    assert [header[key] for key in ("XBINNING", "XORGSUBF", "YORGSUBF", "XPIXSZ")] == [2, 10, 20, 18.0]
    _, whole = one(cam, seconds=0.2)
    assert whole.shape == (PIXELS, PIXELS)


def test_a_compressed_image(served, cam):
    cam.run("expose", seconds=0.1, compress=True)
    (path,) = cam.status("expose").session["data"]["files"]
    assert path.endswith("-EX00.fits.fz")
    assert np.array_equal(read_image(Path(path)).data, served.world.camera.image())


def test_the_truth_beside_an_image(served, cam):
    (image,) = expose(cam, seconds=1.0, filter="L", truth=True)
    truth = served.world.camera.truth()
    with image:
        assert [image[0].header[key] for key in ("SIMULATE", "SIMSEED", "SIMPROF")] == [True, 1, "fast"]
        assert image[0].header["RDNOISE"] == 6.0
        table, header = image["TRUTH"].data, image["TRUTH"].header
        assert len(table) == len(truth.sky.stars) > 5
        assert np.allclose(table["X"], truth.sky.stars.x)
        assert header["TBESTFOC"] == pytest.approx(truth.sky.best_focus_steps)


def test_pictures_and_the_header_beside_an_image(served, tmp_path):
    with camera(served, tmp_path, "--previews", "--site-code", "tst", "--instrument", "sci") as cam:
        cam.run("expose", seconds=0.1)
        (message,) = [each.message for each in cam.published("files")]
    assert message["base_name"].startswith("tst-sci-")
    assert sorted(Path(each).name[-8:] for each in message["others"]) == ["EX00.txt", "EX10.jpg", "EX11.jpg"]
    assert all(Path(each).stat().st_size > 500 for each in message["others"])


def test_wrong_parameters_come_back_all_at_once(cam):
    reply = cam.start("expose", seconds=-1.0, count=0, image_type="x", binning="2", nonsense=1)
    assert reply.code is ResponseCode.ERROR
    for name in ("seconds", "count", "image_type", "binning", "nonsense"):
        assert name in reply.message


def test_what_the_camera_cannot_do_comes_back_all_at_once(cam):
    before = len(cam.published("files"))
    reply = cam.run("expose", seconds=1e9, filter="Xx", binning=99)
    assert not reply.session["success"]
    for part in ("1e+09 s", "'Xx' is not in the wheel (0: L, 1: R", "bins by 1, 2, 3, 4"):
        assert part in text(reply)
    assert len(cam.published("files")) == before


def test_a_filter_takes_its_focus_with_it(served, cam):
    cam.run("set_filter", filter="L")
    before = served.world.focuser.position
    assert text(cam.run("set_filter", filter="r")) == "Filter R."
    assert (served.world.wheel.position, served.world.focuser.position) == (1, before + 12)
    assert text(cam.run("set_filter", filter=0)) == "Filter L."
    assert served.world.focuser.position == before
    assert "not in the wheel" in text(cam.run("set_filter", filter="Xx"))


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


def test_the_read_noise_is_that_of_the_image(served, cam):
    camera = cam.agent.rig.camera
    camera.call(lambda device: setattr(device, "ReadoutMode", 1), "read quickly")
    header, _ = one(cam, seconds=0.0, image_type="bias")
    camera.call(lambda device: setattr(device, "ReadoutMode", 0), "read slowly")
    assert (header["READOUTM"], header["RDNOISE"]) == ("fast", 9.0)
    header, _ = one(cam, seconds=0.0, image_type="bias")
    assert (header["READOUTM"], header["RDNOISE"]) == ("normal", 6.0)


def test_there_is_nothing_to_stop(cam):
    assert text(cam.run("stop_exposure")) == "No exposure is under way."


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


def test_an_image_that_is_lost_on_its_way_is_fetched_again(served, cam, eager, monkeypatch):
    fetches = []

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


def test_what_is_not_there_cannot_be_used(served, tmp_path):
    with camera(served, tmp_path, devices=()) as cam:
        for operation, params in [
            ("set_filter", {"filter": 0}),
            ("set_focus", {"position": 1}),
            ("autofocus", {}),
            ("set_rotator", {"degrees": 1.0}),
            ("open_cover", {}),
            ("calibrator_on", {}),
        ]:
            reply = cam.run(operation, **params)
            assert not reply.session["success"]
            assert "filter wheel" in text(reply) or "This camera has no" in text(reply)
        header, _ = one(cam, seconds=0.1)
        assert "FILTER" not in header
        fields = set(cam.blocks("camera")[0].data)
    assert {"ccd_temperature", "state"} <= fields
    assert not fields & {"filter", "focus_position", "rotator_angle", "cover"}


def test_nobody_there(tmp_path):
    with camera(_Nowhere, tmp_path, "--request-timeout", "1") as cam:
        reply = cam.run("expose", seconds=1.0)
        assert "cannot be reached" in text(reply)
        named = [f"{each} 0 at 127.0.0.1:1" for each in ("camera", *DEVICES) if each != "telescope"]
        cam.until(
            lambda: all(each in (cam.status("monitor").session["degraded_reason"] or "") for each in named)
        )


class _Nowhere:
    port = 1
