"""The Camera agent on a served world: images as they were exposed."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ocs_sim.images import NotWritten, read_image
from ocs_sim.wire import ResponseCode
from tests.agents.camera_bench import DEVICES, PIXELS, camera, observatory, text


@pytest.fixture(scope="module")
def served():
    with observatory() as served:
        yield served


@pytest.fixture(scope="module")
def cam(served, tmp_path_factory):
    with camera(served, tmp_path_factory.mktemp("images")) as cam:
        yield cam


def expose(cam, **params):
    reply = cam.run("expose", **params)
    assert reply.session["success"], reply.session["messages"]
    return [fits.open(path, checksum=True) for path in reply.session["data"]["files"]]


def one(cam, **params):
    (image,) = expose(cam, **params)
    with image:
        return image[0].header.copy(), np.array(image[0].data)


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


def test_an_image_without_pictures_is_told_all_the_same(served, tmp_path, monkeypatch):
    def fail(path, _):
        raise NotWritten(path=path, reason="No space left on device")

    monkeypatch.setattr("ocs_sim.agents._camera._recording.write_previews", fail)
    with camera(served, tmp_path, "--previews") as cam:
        reply = cam.run("expose", seconds=0.1, count=2)
        assert (reply.session["success"], reply.session["data"]["taken"]) == (True, 2), text(reply)
        assert [each.message["others"] for each in cam.published("files")] == [[], []]
    assert any("no pictures of it" in each and "No space" in each for _, each in reply.session["messages"])


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


def test_a_place_where_nothing_can_be_kept_is_said_before_the_exposure(served, tmp_path):
    (tmp_path / "file").touch()
    before = served.world.camera.exposure
    with camera(served, tmp_path / "file" / "images") as cam:
        reply = cam.run("expose", seconds=0.1)
    assert text(reply).startswith(f"No image can be kept: {tmp_path}/file/images: Not a directory.")
    assert served.world.camera.exposure is before


def test_an_image_that_cannot_be_written_is_said(cam, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    reply = cam.run("expose", seconds=0.1)
    assert not reply.session["success"]
    assert text(reply).startswith("No image can be kept: ")
    assert "No space left on device. What was there before" in text(reply)


def test_a_filter_takes_its_focus_with_it(served, cam):
    cam.run("set_filter", filter="L")
    before = served.world.focuser.position
    assert text(cam.run("set_filter", filter="r")) == "Filter R."
    assert (served.world.wheel.position, served.world.focuser.position) == (1, before + 12)
    assert text(cam.run("set_filter", filter=0)) == "Filter L."
    assert served.world.focuser.position == before
    assert "not in the wheel" in text(cam.run("set_filter", filter="Xx"))


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
