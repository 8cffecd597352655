"""Whatever the simulated devices are asked for: an answer, and never a failure of the server."""

import http.client

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.alpaca.simulated import simulated_devices
from ocs_sim.testing import served_world
from ocs_sim.world import World
from tests.alpaca.conformance.conftest import NIGHT, SMALL
from tests.alpaca.conformance.members import operations
from tests.alpaca.conformance.wire import Wire
from tests.examples import examples

OPERATIONS = sorted(
    (operation for device in simulated_devices(World()) for operation in operations(device)), key=str
)
# What moves something, so that not most of what is tried only reads.
MOVING = [operation for operation in OPERATIONS if operation.method == "PUT"]
CHATTY = {"Connected", "Disconnect", "Connect"}

NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "1", "-1", "2", "0.0", "-0.0", "1e-300", "-1e300", "359.99999999", "24", "90", "-90"]
    ),
    st.integers(-3, 12).map(str),
    st.integers(-(2**33), 2**33).map(str),
    st.floats(-400.0, 400.0).map(repr),
    st.floats().map(repr),
)
VALUES = {
    bool: st.sampled_from(["true", "false", "True", "FALSE", "1", ""]),
    int: NUMBERS,
    float: NUMBERS,
    str: st.one_of(
        st.text(max_size=30),
        st.sampled_from(["Temperature", "WINDSPEED", "2026-11-21T04:05:06Z", "0001-01-01", ""]),
    ),
}
ANYTHING = st.one_of(st.text(max_size=40), NUMBERS)


@pytest.fixture(scope="module")
def running():
    """A world of its own, for nobody knows in which state it is left."""
    with served_world(rate=100.0, start=NIGHT, overrides=SMALL) as served:
        yield served


@st.composite
def requests(draw):
    """An operation with parameters that are mostly of the right kind."""
    operation = draw(st.sampled_from(MOVING if draw(st.booleans()) else OPERATIONS))
    pairs = {}
    for name, kind in operation.parameters:
        if draw(st.integers(0, 19)):
            pairs[name] = draw(VALUES[kind] if draw(st.integers(0, 9)) else ANYTHING)
    if not draw(st.integers(0, 9)):
        pairs[draw(st.text(max_size=10))] = draw(ANYTHING)
    return operation, pairs


@settings(
    max_examples=examples(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(requests(), st.sampled_from([0.0, 0.01, 0.5, 30.0])), min_size=1, max_size=12))
def test_no_request_makes_the_server_fail(running, wire, steps):
    for (operation, pairs), seconds in steps:
        answer = (wire.get if operation.method == "GET" else wire.put)(operation.path, pairs)
        assert answer.status in (200, 400), f"{operation} {pairs}: {answer.status} {answer.body[:200]!r}"
        if operation.member not in CHATTY and answer.content_type.startswith("application/json"):
            number = answer.envelope["ErrorNumber"]
            assert number == 0 or 0x400 <= number <= 0xFFF, f"{operation} {pairs}: {number:#x}"
        running.world.clock.advance(seconds)


@pytest.mark.parametrize("kind", ["telescope", "camera", "dome", "switch"])
def test_every_device_survives_the_faults_of_the_world(running, kind):
    """Each fault while everything moves; a connection may end, the server does not."""
    values = {"device.slow": {"delay_seconds": 0.02}}
    for name in running.world.faults.catalogue():
        running.world.faults.inject(name, seconds=5.0, **values.get(name, {}))
        wire = Wire(running.port)
        try:
            for operation in OPERATIONS:
                if operation.device_type == kind and operation.method == "GET":
                    answer = wire.get(operation.path, operation.sample)
                    assert answer.status == 200, f"{name}: {operation}: {answer.status}"
        except (http.client.HTTPException, ConnectionError):
            assert name == "device.lost"
        finally:
            wire.close()
            running.world.faults.clear()
