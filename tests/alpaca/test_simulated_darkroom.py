"""Images are rendered while they are read out: what is said to be ready comes at once."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from ocs_sim.testing import served_world
from ocs_sim.world import NoImage
from tests.alpaca.conformance.observatory import observatory

SMALL = {"camera.width": 64, "camera.height": 64}
LONGEST_SECONDS = 20.0


class Rendering:
    """A renderer that takes as long as it is let, or until nobody wants its image."""

    def __init__(self, world):
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.count = 0
        self._render = world.camera._renderer.render
        world.camera._renderer.render = self.render

    def render(self, scene, wanted):
        self.count += 1
        self.begun.set()
        end = time.monotonic() + LONGEST_SECONDS
        while not self.may_end.wait(0.005):
            if not wanted():
                raise NoImage(reason="nobody wants it")
            assert time.monotonic() < end
        return self._render(scene, wanted)


@pytest.fixture
def site():
    with served_world(rate=50.0, overrides=SMALL) as served, observatory(served) as found:
        yield found


def until(done):
    end = time.monotonic() + LONGEST_SECONDS
    while not done():
        assert time.monotonic() < end


def test_an_image_is_ready_when_it_has_been_rendered(site):
    rendering, camera = Rendering(site.world), site.camera
    camera.StartExposure(0.1, False)
    assert rendering.begun.wait(LONGEST_SECONDS)
    until(lambda: site.world.camera.state == "idle")
    assert not camera.ImageReady
    assert camera.CameraState.name == "cameraDownload"
    assert {each["Name"]: each["Value"] for each in camera.DeviceState}["ImageReady"] is False
    rendering.may_end.set()
    until(lambda: camera.ImageReady)
    assert camera.CameraState.name == "cameraIdle"
    assert np.array_equal(np.asarray(camera.ImageArray).T, site.world.camera.image())
    assert rendering.count == 1


def test_an_exposure_that_is_stopped_is_rendered_from_then_on(site):
    rendering = Rendering(site.world)
    site.camera.StartExposure(3000.0, False)
    until(lambda: site.world.camera.state == "exposing")
    site.camera.StopExposure()
    assert rendering.begun.wait(LONGEST_SECONDS)
    rendering.may_end.set()
    until(lambda: site.camera.ImageReady)


@pytest.mark.parametrize("follows", ["abort", "another"])
def test_an_image_that_is_lost_is_not_rendered_to_its_end(site, follows):
    rendering, camera = Rendering(site.world), site.camera
    camera.StartExposure(0.0, False)
    until(lambda: site.world.camera.state == "idle" and rendering.begun.is_set())
    rendering.begun.clear()
    if follows == "abort":
        camera.AbortExposure()
        until(lambda: not site.world.camera._exposure)
        camera.StartExposure(0.0, False)
    else:
        camera.StartExposure(0.0, False)
    assert rendering.begun.wait(LONGEST_SECONDS)
    rendering.may_end.set()
    until(lambda: camera.ImageReady)
    assert rendering.count == 2


def test_a_server_that_ends_gives_up_the_image_that_is_rendered():
    with served_world(rate=50.0, overrides=SMALL) as served, observatory(served) as site:
        rendering = Rendering(site.world)
        site.camera.StartExposure(0.0, False)
        assert rendering.begun.wait(LONGEST_SECONDS)
    assert not rendering.may_end.is_set()
    assert not site.world.camera.developed
