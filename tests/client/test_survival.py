"""Clients while agents and routers come and go."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocs_sim import Client
from ocs_sim.bus import CalleeGone, ConnectionLost, RouterUnreachable
from ocs_sim.client import AgentAway
from ocs_sim.testing import wait_until
from ocs_sim.wire import ResponseCode
from tests.client.conftest import on_loop, running_faker, session, write_site

pytestmark = pytest.mark.integration


@pytest.fixture
def client(scripted, site_file):
    agent = scripted()
    with Client("script", site_file=site_file, timeout_seconds=8) as client:
        client.agent = agent
        yield client


def vanish(agent):
    """Return an answer that is the agent's end."""

    async def end():
        await agent.connection.close()

    return end


def test_a_question_is_repeated_until_the_agent_is_back(client, scripted):
    on_loop(client.agent.connection.close())

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.go.status)
        back = scripted()
        assert asked.result(20).msg == "No session active."
    assert [call[0] for call in back.calls] == ["status"]


def test_a_question_that_was_being_answered_is_asked_again(client, scripted):
    entered = asyncio.Event()

    async def never():
        entered.set()
        await asyncio.Event().wait()

    client.agent.replies["status"] = never
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.go.status)
        on_loop(asyncio.wait_for(entered.wait(), 10))
        on_loop(client.agent.connection.close())
        scripted()
        assert asked.result(20).msg == "No session active."


def test_a_start_is_sent_once_the_agent_is_back_if_it_was_not_delivered(client, scripted):
    on_loop(client.agent.connection.close())

    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(client.go.start, x=1)
        back = scripted()
        assert started.result(20).ok
    assert [call[:3] for call in back.calls] == [["start", "go", {"x": 1}]]


@pytest.mark.parametrize("action", ["start", "abort"])
def test_what_may_have_been_done_is_not_asked_twice(client, scripted, action):
    entered = asyncio.Event()

    async def never():
        entered.set()
        await asyncio.Event().wait()

    client.agent.replies[action] = never
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(getattr(client.go, action))
        on_loop(asyncio.wait_for(entered.wait(), 10))
        on_loop(client.agent.connection.close())
        with pytest.raises(CalleeGone, match="vanished while it worked on the call"):
            asked.result(20)
    assert [call[0] for call in client.agent.calls] == [action]


def test_an_agent_that_stays_away_is_told(scripted, site_file):
    agent = scripted()
    with Client("script", site_file=site_file, timeout_seconds=0.3) as client:
        on_loop(agent.connection.close())
        with pytest.raises(AgentAway, match=r"observatory\.script has not answered for 0 s.*nobody answers"):
            client.go.status()
        assert "(no answer: observatory.script" in repr(client.go)


@pytest.mark.parametrize("timeout_seconds", [None, 60])
def test_a_wait_is_sent_in_portions_so_that_nothing_hangs(client, monkeypatch, timeout_seconds):
    monkeypatch.setattr("ocs_sim.client._port._LONGEST_WAIT_SECONDS", 0.01)
    still, done = session(), session(status="done", success=True)
    client.agent.replies["wait"] = [[1, "still", still], [1, "still", still], [0, "done", done]]

    assert client.go.wait(timeout_seconds).msg == "done"
    assert [call[3] for call in client.agent.calls] == [0.01] * 3


def test_a_run_whose_agent_was_restarted_is_reported_lost(client):
    client.agent.replies["start"] = [0, "Started", session(0, "starting", began=1e9)]
    client.agent.replies["wait"] = [0, "Idle.", {}]

    reply = client.go()

    assert reply.status is ResponseCode.ERROR
    assert "was restarted, or go was started again" in reply.msg


def test_a_run_is_followed_to_its_end(client):
    client.agent.replies["start"] = [0, "Started", session(0, "starting")]
    client.agent.replies["wait"] = [
        [1, "still", session()],
        [0, "over", session(status="done", success=True)],
    ]

    assert client.go().msg == "over"


def test_router_and_agent_may_be_killed_and_come_back(own_router, tmp_path):
    site_file = write_site(own_router, tmp_path)
    with (
        running_faker(own_router, site_file) as process,
        Client("data1", site_file=site_file, timeout_seconds=30) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        client.delay_task.start(delay=300)
        waiting = pool.submit(client.delay_task.wait)
        wait_until(lambda: client.delay_task.status().session.status == "running", 10)

        own_router.kill()
        own_router.start()
        assert client.delay_task.status().session.status == "running"
        assert not waiting.done()

        process.kill()
        process.wait()
        with running_faker(own_router, site_file):
            # The new agent knows nothing of that run.
            assert waiting.result(30).msg == "Idle."
            assert client.delay_task(delay=0.05).ok


def test_a_router_that_stays_away_is_told(own_router, tmp_path, monkeypatch):
    site_file = write_site(own_router, tmp_path)
    with (
        running_faker(own_router, site_file),
        Client("data1", site_file=site_file, timeout_seconds=0.5) as client,
    ):
        own_router.stop()
        with pytest.raises((RouterUnreachable, ConnectionLost)):
            client.acq.status()
