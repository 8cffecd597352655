"""A viewer sees everything and changes nothing."""

import asyncio

import pytest

from ocs_sim.bus import CallFailed, Connection, Endpoint, SubscriptionRefused, background_loop
from ocs_sim.testing import wait_until

pytestmark = pytest.mark.integration
AGENT = "observatory.viewed"


def on_loop(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, background_loop()).result(30)


async def joined(endpoint, realm, name):
    connection = Connection([endpoint], realm, name=name)
    connection.start()
    await connection.wait_joined(20)
    return connection


@pytest.fixture
def agent(router):
    """What an agent offers, with a list of the operations that were asked of it."""
    asked = []

    async def offer():
        connection = await joined(Endpoint.unix(router.socket_path), router.realm, "agent")
        await connection.register(f"{AGENT}.ops", lambda *words: asked.append(words))
        await connection.register(f"{AGENT}.request_exclusive", lambda *words: asked.append(words))
        await connection.register(AGENT, lambda question: f"answer to {question}")
        return connection

    connection = on_loop(offer())
    connection.asked = asked
    yield connection
    on_loop(connection.close())


@pytest.fixture
def viewer(router):
    connection = on_loop(joined(Endpoint.parse(router.view_url), router.realm, "viewer"))
    yield connection
    on_loop(connection.close())


def test_a_viewer_may_ask_what_an_agent_is(agent, viewer):
    assert on_loop(viewer.call(AGENT, "get_api")) == "answer to get_api"


@pytest.mark.parametrize("procedure", ["ops", "request_exclusive"])
def test_a_viewer_cannot_start_an_operation(agent, viewer, procedure):
    with pytest.raises(CallFailed) as error:
        on_loop(viewer.call(f"{AGENT}.{procedure}", "start", "acq", {}))
    assert error.value.facts["error"] == "wamp.error.not_authorized"
    assert agent.asked == []


@pytest.mark.parametrize(
    ("topic", "match"),
    [
        (f"{AGENT}.feeds.heartbeat", "exact"),
        ("observatory..feeds.heartbeat", "wildcard"),
        ("observatory..feeds.", "wildcard"),
        (f"{AGENT}.", "prefix"),
    ],
)
def test_a_viewer_hears_every_feed(agent, viewer, topic, match):
    heard = []
    on_loop(viewer.subscribe(topic, lambda *words: heard.append(words), match=match))

    async def publish():
        agent.publish(f"{AGENT}.feeds.heartbeat", [{"acq": 1}, {}])

    on_loop(publish())
    wait_until(lambda: heard, describe=f"an event on {topic}")
    assert heard == [([{"acq": 1}, {}],)]


def test_a_viewer_cannot_publish_or_register(agent, viewer):
    heard = []
    on_loop(agent.subscribe("observatory..feeds.", lambda *words: heard.append(words), match="wildcard"))

    async def pretend():
        viewer.publish(f"{AGENT}.feeds.heartbeat", [{"acq": 5}, {}])
        await viewer.register("observatory.impostor.ops", lambda *_: None)

    on_loop(pretend())
    wait_until(lambda: viewer.refused, describe="the registration is refused")
    assert "not_authorized" in viewer.refused["observatory.impostor.ops"]
    assert heard == []


def test_a_viewer_sees_nothing_outside_the_root(viewer):
    with pytest.raises(SubscriptionRefused):
        on_loop(viewer.subscribe("elsewhere.data1.feeds.heartbeat", lambda *_: None))
