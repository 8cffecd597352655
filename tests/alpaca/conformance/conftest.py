"""A served world for each test, and clients that close what they open."""

from __future__ import annotations

import pytest

from ocs_sim.alpaca import AlpacaServer
from ocs_sim.alpaca.simulated import simulated_devices
from ocs_sim.testing import ServedWorld, served_world
from ocs_sim.testing._served_world import serving
from ocs_sim.world import World, WorldClock, load_profile
from tests.alpaca.conformance.members import IDS, TYPES, operations
from tests.alpaca.conformance.observatory import observatory
from tests.alpaca.conformance.wire import Wire

# One night, so that its weather is the same whenever the tests run.
NIGHT = "2026-11-21T04:30:00Z"
SMALL = {"camera.width": 96, "camera.height": 64}


@pytest.fixture(scope="session")
def running():
    """A world whose time passes a hundred times as fast as ours, for what may wait for its devices."""
    with served_world(rate=100.0, start=NIGHT, overrides=SMALL) as served:
        yield served


@pytest.fixture
def wire(running):
    """A raw connection to the running world, whose devices serve those who send no ID."""
    wire = Wire(running.port)
    for kind in TYPES:
        assert wire.put(f"/api/v1/{kind}/0/connected", {"Connected": "true"}).error == 0
    yield wire
    wire.close()


class Stage(AlpacaServer):
    """A server which one world after the other plays on: starting one takes longer than most tests."""

    def __init__(self) -> None:
        super().__init__([], port=0)
        self._play = self.asgi
        self.asgi = self._forward

    def show(self, world):
        devices = tuple(simulated_devices(world))
        self._play = AlpacaServer(devices).asgi
        return ServedWorld(world, self.port, devices)

    async def _forward(self, scope, receive, send):
        await self._play(scope, receive, send)


@pytest.fixture(scope="session")
def stage():
    stage = Stage()
    with serving(stage):
        yield stage


@pytest.fixture(scope="session")
def profile():
    return load_profile("fast", **SMALL)


def new_world(profile, **how):
    return World(profile, clock=WorldClock(start=NIGHT, place=profile.place, **how))


@pytest.fixture
def site(stage, profile):
    """A new world whose time stands still but for `site.wait(seconds)`, and alpyca's devices for it."""
    with observatory(stage.show(new_world(profile, stepped=True))) as found:
        yield found


@pytest.fixture
def hurried(stage, profile):
    """A new world in which a second is a hundredth of ours, and alpyca's devices for it."""
    with observatory(stage.show(new_world(profile, rate=100.0))) as found:
        yield found


@pytest.fixture(scope="session")
def of_type(running):
    """The operations of each type of device."""
    return {device.device_type.lower(): list(operations(device)) for device in running.devices}


@pytest.fixture
def connected(wire):
    """A connection whose client 7 is connected to everything."""
    for kind in TYPES:
        assert wire.put(f"/api/v1/{kind}/0/connected", {"Connected": "true", **IDS}).error == 0
    return wire
