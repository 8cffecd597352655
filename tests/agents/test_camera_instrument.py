"""Rotator, cover, lamp and cooler do as they are told, and the feed shows how they stand."""

import math
import threading
from types import SimpleNamespace

import pytest
from ocs_sim.agents._camera import DeviceAddress
from ocs_sim.agents._camera._feeds import camera_feed
from ocs_sim.agents._camera._rig import Rig
from ocs_sim.agents._camera._status import Status
from ocs_sim.agents._device import LinkState, Watch

from ocs_sim.testing import wait_until
from tests.agents.camera_bench import camera, observatory, text


@pytest.fixture(scope="module")
def served():
    with observatory() as served:
        yield served


@pytest.fixture(scope="module")
def cam(served, tmp_path_factory):
    words = ["--cooling-settle", "0.2", "--cooling-timeout", "20", "--move-timeout", "1"]
    with camera(served, tmp_path_factory.mktemp("images"), *words) as cam:
        yield cam


def latest(cam):
    """Return the latest sample of the camera's feed, as it was the moment an operation ended."""
    block = cam.blocks("camera")[-1]
    return {name: column[-1] for name, column in block.data.items()}


def test_the_rotator_turns_to_a_position_angle(served, cam):
    assert text(cam.run("set_rotator", degrees=400.0)) == "Rotator at 40 degrees."
    assert served.world.rotator.position == pytest.approx(40.0, abs=0.02)
    assert latest(cam)["rotator_angle"] == pytest.approx(40.0, abs=0.02)
    assert (latest(cam)["rotator_moving"], latest(cam)["focus_moving"]) == (False, False)


def test_the_cover_closes_and_opens(served, cam):
    assert text(cam.run("close_cover")) == "Cover closed."
    assert (served.world.cover.cover_state, latest(cam)["cover"]) == ("closed", 1)
    assert text(cam.run("open_cover")) == "Cover open."
    assert (served.world.cover.cover_state, latest(cam)["cover"]) == ("open", 3)


def test_a_cover_that_sticks_is_told_and_halted(served, cam):
    served.world.faults.inject("cover.stuck")
    reply = cam.run("close_cover")
    served.world.faults.clear("cover.stuck")
    assert not reply.session["success"]
    assert "cover" in text(reply)
    assert cam.run("open_cover").session["success"]


def test_the_lamp(served, cam):
    assert text(cam.run("calibrator_on", brightness=100)) == "Calibrator on at 100."
    assert (served.world.cover.calibrator_state, latest(cam)["calibrator"]) == ("ready", 3)
    assert text(cam.run("calibrator_off")) == "Calibrator off."
    assert latest(cam)["calibrator"] == 1
    assert "from 1 to 255, not to 300" in text(cam.run("calibrator_on", brightness=300))


def test_the_camera_is_cooled_and_warmed_up(served, cam):
    reply = cam.run("set_cooler", celsius=-5.0, wait=True)
    assert reply.session["success"], text(reply)
    assert served.world.camera.temperature_celsius == pytest.approx(-5.0, abs=0.6)
    sample = latest(cam)
    assert (sample["cooler_on"], sample["set_point"]) == (True, -5.0)
    assert sample["ccd_temperature"] == pytest.approx(-5.0, abs=0.6)
    reply = cam.run("warm_up", celsius_per_minute=2000.0)
    assert text(reply).startswith("Warm: ")
    assert served.world.camera.cooler_on is False


def test_a_cooler_that_never_gets_there_is_told(served, tmp_path):
    with camera(served, tmp_path, "--cooling-timeout", "0.5") as cam:
        reply = cam.run("set_cooler", celsius=-55.0, wait=True)
    assert not reply.session["success"]
    assert "on its way to -55.0 C" in text(reply)
    served.world.camera.cooler_on = False


def test_an_abort_ends_the_waiting_for_the_cold(served, cam):
    cam.start("set_cooler", celsius=-55.0, wait=True)
    cam.until(lambda: (cam.status("set_cooler").session["progress"] or {}).get("target") == -55.0)
    cam.abort("set_cooler")
    assert text(cam.wait("set_cooler")) == "Aborted."
    assert served.world.camera.cooler_on is True
    assert text(cam.run("set_cooler", on=False)) == "Cooler off."


def test_of_cooling_and_warming_up_the_later_one_counts(served, cam):
    camera = served.world.camera
    assert cam.run("set_cooler", celsius=-20.0).session["success"]
    cam.start("warm_up", celsius_per_minute=1.0)
    cam.until(lambda: camera.set_point_celsius != -20.0)
    assert cam.run("set_cooler", celsius=-55.0).session["success"]
    assert text(cam.wait("warm_up")) == "Aborted."
    assert (camera.cooler_on, camera.set_point_celsius) == (True, -55.0)
    cam.start("set_cooler", celsius=-55.0, wait=True)
    cam.until(lambda: (cam.status("set_cooler").session["progress"] or {}).get("target") == -55.0)
    assert text(cam.run("warm_up", celsius_per_minute=2000.0)).startswith("Warm: ")
    assert text(cam.wait("set_cooler")) == "Aborted."
    assert camera.cooler_on is False


def test_the_feed_has_units_and_all_devices(cam):
    wait_until(lambda: cam.blocks("camera"))
    declared = dict(cam.ask("get_feeds"))["camera"]["blocks"]["camera"]
    sample = latest(cam)
    assert set(sample) == set(declared)
    assert declared["ccd_temperature"]["unit"] == "C"
    assert declared["rotator_angle"]["unit"] == "deg"
    # NaN is no JSON, which browsers are sent: what does not lack its device is a number.
    assert all(math.isfinite(value) for value in sample.values())


def test_a_device_that_hangs_keeps_no_task_from_ending():
    hangs, asked = threading.Event(), threading.Event()

    def read(_):
        asked.set()
        hangs.wait(30.0)
        return {}

    link = SimpleNamespace(device="camera 0", state=LinkState.CONNECTED, is_resting=False, read=read)
    told = []
    publisher = SimpleNamespace(
        feed=camera_feed(Rig(link)), publish_block=lambda *block: told.append(block), flush=lambda: None
    )
    status, run = Status(Rig(link), publisher), SimpleNamespace(recovered=lambda: None)
    monitor = threading.Thread(target=status.look, args=(run, Watch(run)))
    monitor.start()
    assert asked.wait(10.0)
    link.state = LinkState.LOST
    with status.told():
        pass
    assert (monitor.is_alive(), told) == (True, [])
    hangs.set()
    monitor.join(10.0)
    assert [name for name, _ in told] == ["camera"]


def test_a_device_that_is_lost_is_named_and_the_others_are_still_watched(served, cam):
    served.world.faults.inject("device.lost", device="focuser")
    cam.until(lambda: "focuser 0" in (cam.status("monitor").session["degraded_reason"] or ""))
    assert "camera 0" not in cam.status("monitor").session["degraded_reason"]
    cam.until(lambda: latest(cam)["focus_position"] == -1)
    assert latest(cam)["state"] == 0
    served.world.faults.clear("device.lost")
    cam.until(lambda: cam.status("monitor").session["degraded_reason"] is None)


def test_a_device_of_another_server(served, tmp_path):
    here = f"127.0.0.1:{served.port}/0"
    with camera(served, tmp_path, "--port", "1", "--camera", here, devices=()) as cam:
        assert cam.agent.options.camera == DeviceAddress(0, "127.0.0.1", served.port)
        assert cam.run("expose", seconds=0.0, image_type="bias").session["success"]
