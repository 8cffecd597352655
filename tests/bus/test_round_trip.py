"""What wire.to_plain makes survives every serializer that a router may translate between."""

from __future__ import annotations

import asyncio
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.bus import HttpCaller, background_loop
from ocs_sim.wire import to_plain
from tests.bus.conftest import endpoint_of

# autobahn binds itself to Twisted when it is imported, which needs the reactor.
background_loop()

from autobahn.wamp import message  # noqa: E402
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer  # noqa: E402

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(max_size=5) | st.integers(), inner) | st.sets(st.integers())
    ),
    max_leaves=20,
)


def same(one: object, other: object) -> bool:
    """Equality that also tells 1 from 1.0 and True, and 0.0 from -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def own_msgpack():
    from ocs_sim.bus._serializers import TolerantMsgPack

    return TolerantMsgPack()


@pytest.mark.parametrize("make", [MsgPackSerializer, CBORSerializer, JsonSerializer, own_msgpack])
@given(value=ANYTHING)
def test_plain_values_survive_serializers(make, value):
    serializer = make()
    plain, _ = to_plain(value)

    payload, binary = serializer.serialize(message.Publish(1, "observatory.x", args=[plain]))
    (decoded,) = serializer.unserialize(payload, binary)

    assert same(decoded.args[0], plain)


@pytest.mark.integration
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=ANYTHING)
def test_plain_values_survive_the_router(echo, value):
    plain, _ = to_plain(value)

    for answer in echo(plain):
        assert same(answer, plain)


@pytest.fixture(scope="module")
def echo(router):
    """Return a function that sends a value to a callee and back over each transport."""
    from ocs_sim.bus import Connection

    def on_loop(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, background_loop()).result(60)

    async def begin():
        ends = [
            Connection([endpoint_of(router, kind)], router.realm, name=kind) for kind in ("unix", "websocket")
        ]
        for end in ends:
            end.start()
            await end.wait_joined(15)
        await ends[0].register("observatory.echo_any", lambda value: value)
        return ends

    ends = on_loop(begin())
    with HttpCaller(router.http_url) as web:
        yield lambda value: [
            *[on_loop(end.call("observatory.echo_any", value)) for end in ends],
            web.call("observatory.echo_any", value),
        ]
    for end in ends:
        on_loop(end.close())


def test_odd_messages_of_foreign_programs_do_not_cost_the_connection():
    """crossbar passes on integer keys and broken text that CBOR or JSON publishers send."""
    odd = MsgPackSerializer()
    payload, binary = odd.serialize(message.Publish(1, "observatory.x", args=[{1: "one"}]))

    (decoded,) = own_msgpack().unserialize(payload, binary)

    assert decoded.args == [{1: "one"}]
