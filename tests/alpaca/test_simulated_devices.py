"""The devices of a world: which there are, how its errors and faults reach a client, serving it in a test."""

import http.client
import json

import pytest

from ocs_sim.alpaca import AlpacaError
from ocs_sim.alpaca.simulated import refusal, simulated_devices
from ocs_sim.errors import ObservatoryError
from ocs_sim.testing import served_world
from ocs_sim.world import (
    Faulted,
    NoImage,
    NotAllowedNow,
    OutOfRange,
    Parked,
    Unreachable,
    ValueNotSet,
    World,
    WorldError,
)


def get(served, path):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    try:
        connection.request("GET", f"/api/v1/{path}")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def test_there_is_one_of_each_type():
    devices = simulated_devices(World())
    found = {device.device_type: device.interface_version for device in devices}
    assert found == {
        "Telescope": 4,
        "Camera": 4,
        "Dome": 3,
        "FilterWheel": 3,
        "Focuser": 4,
        "Rotator": 4,
        "CoverCalibrator": 2,
        "ObservingConditions": 2,
        "SafetyMonitor": 3,
        "Switch": 3,
    }
    assert {device.number for device in devices} == {0}
    assert len({device.unique_id for device in devices}) == len(devices)


def test_a_device_is_known_again_after_a_restart():
    first, second = simulated_devices(World()), simulated_devices(World(seed=2))
    assert [device.unique_id for device in first] == [device.unique_id for device in second]


def test_the_devices_of_two_sites_are_told_apart():
    north, south = (simulated_devices(World(), site=site) for site in ("north", "south"))
    assert not {device.unique_id for device in north} & {device.unique_id for device in south}


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (OutOfRange(what="It", value=3, allowed="2"), 0x401),
        (Unreachable(what="It", reason="it is low"), 0x401),
        (Parked(part="mount", action="move"), 0x408),
        (ValueNotSet(what="It"), 0x402),
        (NotAllowedNow(part="mount", action="slew", reason="it does not track"), 0x40B),
        (NoImage(reason="none was taken"), 0x40B),
        (Faulted(part="dome", reason="it is stuck"), 0x501),
        (WorldError(), 0x500),
        (ObservatoryError(), 0x500),
    ],
)
def test_each_error_of_a_world_has_its_number(error, number):
    told = refusal(error)
    assert isinstance(told, AlpacaError)
    assert told.number == number
    assert str(error) in str(told)


def test_a_served_world_stands_still_or_runs():
    with served_world(stepped=True, overrides={"camera.width": 64}) as served:
        assert served.world.profile.camera.width == 64
        before = get(served, "telescope/0/siderealtime")["Value"]
        assert get(served, "telescope/0/siderealtime")["Value"] == before
        served.world.clock.advance(3600.0)
        after = get(served, "telescope/0/siderealtime")["Value"]
        assert (after - before) % 24.0 == pytest.approx(1.0027, abs=1e-4)


def test_two_worlds_are_served_side_by_side():
    with served_world(stepped=True) as one, served_world(stepped=True) as other:
        one.world.focuser.move(6000)
        one.world.clock.advance(60.0)
        assert get(one, "focuser/0/position")["Value"] == 6000
        assert get(other, "focuser/0/position")["Value"] == 5000


def test_a_server_that_cannot_start_says_why():
    with (
        served_world(stepped=True) as served,
        pytest.raises(ObservatoryError, match=str(served.port)),
        served_world(stepped=True, port=served.port),
    ):
        pass


class TestFaultsOfDevices:
    @pytest.fixture
    def served(self):
        with served_world(stepped=True) as served:
            yield served

    def test_a_failing_device_answers_with_its_error(self, served):
        served.world.faults.inject("device.failing", device="focuser", number=0x5AB, message="No encoder")
        told = get(served, "focuser/0/position")
        assert (told["ErrorNumber"], told["ErrorMessage"]) == (0x5AB, "No encoder")
        assert get(served, "rotator/0/position")["ErrorNumber"] == 0
        served.world.faults.clear()
        assert get(served, "focuser/0/position")["ErrorNumber"] == 0

    @pytest.mark.parametrize("values", [{"number": 0x3FF}, {"number": 0x1000}, {"device": "telescop"}])
    def test_an_error_or_a_device_that_is_none_is_refused(self, served, values):
        with pytest.raises(OutOfRange):
            served.world.faults.inject("device.failing", **values)
        assert get(served, "focuser/0/position")["ErrorNumber"] == 0

    def test_a_lost_device_answers_nothing(self, served):
        served.world.faults.inject("device.lost", device="Telescope")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            get(served, "telescope/0/altitude")
        assert get(served, "dome/0/azimuth")["ErrorNumber"] == 0

    def test_a_slow_device_answers_late(self, served):
        served.world.faults.inject("device.slow", device="*", delay_seconds=0.05)
        device = served.devices[0]
        assert device.trouble().delay_seconds == 0.05
        assert get(served, "telescope/0/altitude")["ErrorNumber"] == 0
        served.world.faults.clear()
        assert device.trouble() is None
