"""The Camera agent and a camera of another make, in another process, which may also be killed."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from ocs_sim.agents.camera import Camera

from ocs_sim.testing import AgentHarness
from tests.agents.camera_bench import text

PROGRAM = Path(__file__).with_name("foreign_camera.py")
pytestmark = pytest.mark.integration


@contextmanager
def foreign_server(port=0):
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(port)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            process.port = int(process.stdout.readline())
            yield process
        finally:
            process.kill()


@pytest.fixture
def eager(monkeypatch):
    monkeypatch.setattr("ocs_sim.agents._device._pauses._FIRST_SECONDS", 0.1)
    monkeypatch.setattr("ocs_sim.agents._device._pauses._LONGEST_SECONDS", 0.1)


def camera_at(port, directory, *more):
    words = ["--camera", f"127.0.0.1:{port}/3", "--data-dir", str(directory), "--no-previews", *more]
    return AgentHarness(Camera, arguments=words, instance_id="cam1")


def test_it_takes_images_and_knows_what_cannot_be_known(tmp_path):
    with foreign_server() as server, camera_at(server.port, tmp_path) as cam:
        reply = cam.run("expose", seconds=0.2, object="Anything")
        assert reply.session["success"], text(reply)
        with fits.open(reply.session["data"]["files"][0]) as image:
            header, pixels = image[0].header, np.array(image[0].data)
        assert np.array_equal(pixels, 100 * np.arange(40) + np.arange(30)[:, None])
        assert (header["CAMERA"], header["EXPTIME"], header["XPIXSZ"]) == ("foreign", 0.2, 5.0)
        assert not {"EGAIN", "CCD-TEMP", "FILTER", "SIMSEED", "CRVAL1"} & set(header)
        assert header["SIMULATE"] is False
        reply = cam.run("expose", seconds=0.1, image_type="dark")
        assert any("has no shutter" in said for _, said in reply.session["messages"])
        assert "cannot tell what is truly in its images" in text(cam.run("expose", seconds=0.1, truth=True))
        assert "temperature cannot be set" in text(cam.run("set_cooler"))
        assert cam.status("monitor").session["degraded_reason"] is None


def test_it_cannot_keep_what_it_has_but_can_be_aborted(tmp_path):
    with foreign_server() as server, camera_at(server.port, tmp_path) as cam:
        cam.start("expose", seconds=60.0)
        cam.until(lambda: (cam.status("expose").session["progress"]["stage"] or "") == "exposing")
        assert "cannot keep an exposure" in text(cam.run("stop_exposure"))
        cam.abort("expose")
        assert text(cam.wait("expose")) == "Aborted."
        assert cam.agent.rig.camera.read(lambda device: int(device.CameraState)) == 0


def test_it_is_killed_in_an_exposure_and_comes_back(tmp_path, eager):
    with camera_at_free_port(tmp_path) as (cam, server):
        cam.start("expose", seconds=60.0)
        cam.until(lambda: (cam.status("expose").session["progress"]["stage"] or "") == "exposing")
        server.kill()
        server.wait()
        cam.until(lambda: "camera 3" in (cam.status("monitor").session["degraded_reason"] or ""))
        with foreign_server(server.port):
            reply = cam.wait("expose")
            assert "the camera is idle and has no image" in text(reply)
            cam.until(lambda: cam.status("monitor").session["degraded_reason"] is None)
            assert cam.run("expose", seconds=0.1).session["success"]


@contextmanager
def camera_at_free_port(directory):
    with foreign_server() as server, camera_at(server.port, directory) as cam:
        yield cam, server
