from __future__ import annotations

import asyncio

import pytest

from ocs_sim import AsyncClient
from ocs_sim.client import UnknownAgent, UnknownOperation, _shared, discover_async
from ocs_sim.wire import ResponseCode
from tests.client.conftest import on_loop

pytestmark = pytest.mark.integration


@pytest.fixture(params=["its own loop", "the loop of the bus"])
def run(request):
    """Run a coroutine where a program might."""
    return asyncio.run if request.param == "its own loop" else on_loop


def test_operations_are_awaited(faker, run):
    async def program():
        async with AsyncClient("data1", site_file=faker) as client:
            assert {"acq", "delay_task"} <= set(dir(client))
            started = await client.delay_task.start(delay=20)
            assert started.ok
            assert (await client.delay_task.status()).session.session_id == started.session.session_id
            assert (await client.delay_task.wait(0.05)).status is ResponseCode.TIMEOUT
            await client.delay_task.abort()
            assert not (await client.delay_task.wait()).ok
            assert (await client.delay_task(delay=0.05)).ok
            assert (await client.acq()).status is ResponseCode.OK
            with pytest.raises(TypeError, match=r"\.start\(\)"):
                await client.acq(test_mode=True)
            with pytest.raises(UnknownOperation, match="nonsense"):
                _ = client.nonsense
            assert (await client.refresh()).agent_class == "FakeDataAgent"

    run(program())
    assert not _shared._entries


def test_progress_is_told_while_a_task_runs(faker, run):
    async def program():
        seen = []
        client = await AsyncClient("data1", site_file=faker)
        reply = await client.delay_task(delay=0.4, on_progress=lambda session: seen.append(session.status))
        await client.close()
        return reply, seen

    reply, seen = run(program())

    assert reply.ok
    assert seen[0] == "running"
    assert seen[-1] == "done"


def test_several_tasks_are_followed_at_once(faker, run):
    async def program():
        async with AsyncClient("data1", site_file=faker) as one, AsyncClient("data1", site_file=faker) as two:
            return await asyncio.gather(one.delay_task(delay=0.1), two.set_heartbeat(heartbeat=True))

    assert [reply.ok for reply in run(program())] == [True, True]


def test_cancelling_leaves_the_task_running(faker, run):
    async def program():
        async with AsyncClient("data1", site_file=faker) as client:
            running = asyncio.create_task(client.delay_task(delay=60))
            while (await client.delay_task.status()).session.status != "running":
                await asyncio.sleep(0.01)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert (await client.delay_task.status()).session.status == "running"
            await client.delay_task.abort()
            await client.delay_task.wait()

    run(asyncio.wait_for(program(), 30))


def test_a_feed_is_iterated_over(faker, run):
    async def program():
        async with AsyncClient("data1", site_file=faker) as client:
            beats = [beat async for beat in await client.feed("heartbeat", count=2)]
            silence = [block async for block in await client.feed("false_temperatures", timeout_seconds=0.05)]
            return beats, silence

    beats, silence = run(program())

    assert [set(beat) for beat in beats] == [{"acq", "count", "sampler", "set_heartbeat", "delay_task"}] * 2
    assert silence == []


def test_a_handler_is_called_until_cancelled(faker):
    async def program():
        arrived = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with AsyncClient("data1", site_file=faker) as client:
            subscription = await client.subscribe(
                "heartbeat", lambda _: loop.call_soon_threadsafe(arrived.set)
            )
            await asyncio.wait_for(arrived.wait(), 10)
            subscription.cancel()
            return subscription.dropped

    assert asyncio.run(program()) == 0


def test_a_client_that_was_not_awaited_says_so(faker):
    with pytest.raises(AttributeError, match="await this AsyncClient first"):
        _ = AsyncClient("data1", site_file=faker).acq


def test_who_is_not_there_and_who_is(faker, run):
    async def program():
        with pytest.raises(UnknownAgent, match=r"Agents heard: .*data1"):
            await AsyncClient("nobody", site_file=faker)
        return await discover_async(1.2, site_file=faker)

    assert "data1" in {agent.instance_id for agent in run(program())}
