"""Our own server in another process: the line to it is cut, or it is killed, in a slew and an exposure."""

import pytest

from tests.interop.cut_line import cut_line
from tests.interop.watched import camera_of, mount_of
from tests.interop.world_process import world_process

pytestmark = pytest.mark.integration
DEVICES = dict.fromkeys(("camera", "filterwheel", "focuser", "rotator", "covercalibrator", "telescope"), 0)
PATIENCE = ("--patience", "0.2")
TARGET = {"ra": 200.0, "dec": -75.0}


@pytest.fixture
def world(tmp_path):
    with world_process(tmp_path) as world:
        yield world


@pytest.fixture
def line(world):
    with cut_line(world.port) as line:
        yield line


def set_out(mount, camera):
    """Begin a slew and an exposure that take long."""
    mount.does("unpark")
    mount.begins("goto", "slewing", **TARGET)
    mount.harness.until(lambda: mount.sample["slewing"] == 1)
    camera.harness.start("expose", seconds=90.0)
    camera.harness.until(lambda: camera.sample["state"] == 2)
    camera.until_stage("expose", "exposing")


def fail_clearly(mount, camera, port):
    success, text = mount.ended("goto")
    lost = f"The telescope 0 at 127.0.0.1:{port} was lost while it was to finish the slew to "
    assert (success, text.startswith(lost)) == (False, True), text
    success, text = camera.ended("expose")
    lost = f"The exposure was lost while exposing: The camera 0 at 127.0.0.1:{port} cannot be reached: "
    assert (success, text.startswith(lost)) == (False, True), text
    mount.until_degraded()
    camera.until_degraded()


def test_what_goes_on_behind_a_cut_line_is_ended_when_it_is_mended(line, tmp_path, caplog):
    with mount_of(line, number=0) as mount, camera_of(line, tmp_path, *PATIENCE, devices=DEVICES) as camera:
        set_out(mount, camera)
        line.cut()
        fail_clearly(mount, camera, line.port)
        line.mend()
        mount.until_well()
        camera.until_well()
        assert "is back and was asked to stop moving" in caplog.text
        assert "is back and was asked to abort the exposure" in caplog.text
        assert (mount.sample["slewing"], camera.sample["state"]) == (0, 0)
        assert (abs(mount.sample["ra"] - TARGET["ra"]) > 1.0) or (
            abs(mount.sample["dec"] - TARGET["dec"]) > 1.0
        )
        mount.does("offset", north=60.0)
        camera.does("expose", seconds=0.1)


def test_a_world_that_is_killed_and_started_again_is_used_again(world, tmp_path):
    with mount_of(world, number=0) as mount, camera_of(world, tmp_path, *PATIENCE, devices=DEVICES) as camera:
        set_out(mount, camera)
        world.kill()
        fail_clearly(mount, camera, world.port)
        world.start()
        mount.until_well()
        camera.until_well()
        assert (mount.sample["slewing"], camera.sample["state"]) == (0, 0)
        mount.does("unpark")
        camera.does("expose", seconds=0.1)
