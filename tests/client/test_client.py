from __future__ import annotations

import inspect
import pydoc
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from ocs_sim import Client
from ocs_sim.bus import NotSendable, RouterUnreachable
from ocs_sim.client import UnknownAgent, UnknownFeed, UnknownOperation, WrongThread, _shared, discover
from ocs_sim.testing import free_port, wait_until
from ocs_sim.wire import BadName, OpCode, ResponseCode
from tests.client.conftest import on_loop

pytestmark = pytest.mark.integration


@pytest.fixture
def client(faker):
    with Client("data1", site_file=faker) as client:
        yield client
        if client.acq.status().session.status in ("starting", "running"):
            client.acq.stop()
            client.acq.wait(10)


def test_operations_are_attributes_that_complete(client):
    assert {"acq", "count", "delay_task", "set_heartbeat"} <= set(dir(client))
    assert (client.acq.kind, client.delay_task.kind) == ("process", "task")
    assert client.operations["acq"] is client.acq is client.operation("acq")
    assert "tasks: delay_task, set_heartbeat" in repr(client)
    assert client.api.agent_class == "FakeDataAgent"


def test_help_shows_the_agents_own_words_and_parameters(client):
    assert str(inspect.signature(client.delay_task)) == "(*, delay: float = 5.0, succeed: bool = True)"
    assert inspect.signature(client.delay_task.start) == inspect.signature(client.delay_task)
    for documented in (client.delay_task, client.delay_task.start):
        assert "Wait for a while" in inspect.getdoc(documented)
    assert "delay: float = 5.0" in pydoc.render_doc(client.delay_task.start)


def test_a_task_goes_through_its_life(client):
    started = client.delay_task.start(delay=20)
    assert started.msg == 'Started task "delay_task".'
    assert started.session.status == "starting"
    assert client.delay_task.start(delay=20).msg == 'Operation "delay_task" already in progress.'
    assert client.delay_task.status().session.session_id == started.session.session_id
    assert client.delay_task.wait(timeout_seconds=0.05).status is ResponseCode.TIMEOUT
    assert client.delay_task.wait(timeout=0).status is ResponseCode.TIMEOUT
    assert client.delay_task.stop().status is ResponseCode.ERROR
    assert client.delay_task.abort().ok
    ended = client.delay_task.wait()
    assert (ended.ok, ended.session.success) == (False, False)
    assert "Aborted after" in repr(client.delay_task)


def test_calling_a_task_runs_it_to_its_end(client):
    assert client.delay_task(delay=0.05).ok
    failed = client.delay_task(delay=0.05, succeed=False)
    assert (failed.status, failed.ok) == (ResponseCode.OK, False)


def test_a_refused_parameter_is_a_reply(client):
    refused = client.delay_task(delay="soon")

    assert (refused.status, refused.session) == (ResponseCode.ERROR, {})
    assert refused.msg == "Param 'delay'=soon is not of required type (<class 'float'>)"


def test_numpy_parameters_are_sent_and_what_would_be_lost_is_not(client):
    assert client.delay_task(delay=np.float64(0.05), succeed=np.bool_(True)).ok
    with pytest.raises(NotSendable, match=r"delay_task\.delay: inf sent as null"):
        client.delay_task.start(delay=float("inf"))


def test_calling_a_process_tells_its_status(client):
    client.acq.start()

    assert client.acq().session.op_name == "acq"
    with pytest.raises(TypeError, match=r"\.start\(\)"):
        client.acq(test_mode=True)


def test_a_feed_is_iterated_over_in_blocks(client):
    client.acq.start()

    with client.feed("false_temperatures", count=2) as blocks:
        first, second = blocks

    assert first.name == "temps"
    assert set(first.data) == {"channel_00", "channel_01"}
    assert len(first.timestamps) == len(first.data["channel_00"])
    assert second.sequence == first.sequence + 1
    assert blocks.dropped == 0
    assert client._port.connection._wishes == []


def test_a_silent_feed_ends_when_told_to(client):
    assert list(client.feed("false_temperatures", timeout_seconds=0.05)) == []


def test_a_handler_gets_messages_in_a_thread_of_its_own_until_cancelled(client):
    messages, threads = [], set()

    def handle(message):
        # A handler may use the client: it does not run on the bus's loop.
        assert client.acq.status().status is ResponseCode.OK
        threads.add(threading.current_thread().name)
        messages.append(message)

    subscription = client.subscribe("heartbeat", handle)
    wait_until(lambda: messages, 10)
    subscription.cancel()

    assert messages[0].feed.agent_class == "FakeDataAgent"
    assert set(messages[0].message) == {"acq", "count", "sampler", "set_heartbeat", "delay_task"}
    assert threads == {"feed observatory.data1.feeds.heartbeat"}
    assert not [thread for thread in threading.enumerate() if thread.name in threads]


def test_a_handler_that_fails_is_logged_and_goes_on(client, caplog):
    calls = []

    def handle(message):
        calls.append(message)
        raise RuntimeError("a bug in a handler")

    subscription = client.subscribe("heartbeat", handle)
    wait_until(lambda: len(calls) >= 2, 10)
    subscription.cancel()

    assert "a bug in a handler" in caplog.text


def test_what_the_agent_lacks_is_named_with_what_it_has(client):
    with pytest.raises(UnknownOperation, match=r"no operation 'delay_tusk'\. Did you mean 'delay_task'"):
        _ = client.delay_tusk
    with pytest.raises(UnknownFeed, match="It has false_temperatures, load, load_packed, heartbeat"):
        client.feed("temperatures")
    assert not hasattr(client, "nonsense")


def test_an_agent_that_is_not_there_is_told_with_those_that_are(faker):
    with pytest.raises(UnknownAgent, match=r"'dat1' .*Did you mean 'data1'\? Agents heard: .*data1"):
        Client("dat1", site_file=faker)
    with pytest.raises(BadName, match="cannot name a site's agent"):
        Client("data.1", site_file=faker)


def test_no_router_is_told(tmp_path):
    port = free_port()
    (tmp_path / "site.yaml").write_text(f"""
hub: {{wamp_server: "ws://127.0.0.1:{port}/ws", wamp_realm: test_realm, address_root: observatory}}
hosts: {{localhost: {{agent-instances: []}}}}
""")
    with pytest.raises(RouterUnreachable, match=f"{port}/ws: Connection was refused"):
        Client("data1", site_file=tmp_path / "site.yaml", timeout_seconds=0.3)


def test_discover_hears_who_is_there(faker):
    (seen,) = [agent for agent in discover(1.3, site_file=faker) if agent.instance_id == "data1"]

    assert (seen.address, seen.agent_class) == ("observatory.data1", "FakeDataAgent")
    assert set(seen.operations) == {"acq", "count", "sampler", "set_heartbeat", "delay_task"}
    assert all(isinstance(code, OpCode) for code in seen.operations.values())
    assert 0 <= seen.age_seconds < 2


def test_clients_of_a_site_share_one_connection_until_the_last_leaves(faker):
    first, second = Client("data1", site_file=faker), Client("data1", site_file=faker)
    assert first._port.connection is second._port.connection

    first.disconnect()
    first.disconnect()
    assert second.acq.status().status is ResponseCode.OK
    second.close()

    assert not _shared._entries


def test_a_client_on_the_loop_that_would_answer_it_is_refused(client, faker):
    async def mistake():
        client.acq.status()

    with pytest.raises(WrongThread, match="AsyncClient"):
        on_loop(mistake())


def test_many_threads_share_a_client(client):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.extend(client.acq.status().status for _ in range(20)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert answers == [ResponseCode.OK] * 100


def test_interrupting_leaves_the_task_running_and_says_so(client, faker):
    program = f"""
        from ocs_sim import Client
        client = Client("data1", site_file={str(faker)!r})
        print("ready", flush=True)
        try:
            client.delay_task(delay=60)
        except KeyboardInterrupt as interrupt:
            print(interrupt)
    """
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    wait_until(lambda: client.delay_task.status().session.status == "running", 10)

    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=20)

    assert (out, error) == ("delay_task of data1 goes on; `data1.delay_task.abort()` would end it.\n", "")
    assert client.delay_task.abort().ok
    client.delay_task.wait(10)


def test_a_program_that_never_closes_its_client_ends_at_once_and_silently(faker):
    program = f"from ocs_sim import Client; Client('data1', site_file={str(faker)!r}).acq.status()"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=20
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_operations_win_over_methods_that_are_called_the_same(scripted, site_file):
    agent = scripted()
    agent.tasks = [[name, {}, {"docstring": None}] for name in ("close", "open-door", "feeds", "_private")]

    with Client("script", site_file=site_file) as client:
        assert client.close.name == "close"
        assert client.open_door.name == "open-door"
        assert client.operation("feeds").name == "feeds"
        assert set(client.feeds) == {"beat"}


def test_an_agent_that_learned_something_new_is_asked_again(scripted, site_file):
    agent = scripted()

    with Client("script", site_file=site_file) as client:
        agent.tasks = [["learned", {}, {"docstring": "New."}]]
        assert client.learned.info.docstring == "New."
        assert not hasattr(client, "go")


def test_an_agent_of_ocs_is_asked_as_ocs_clients_ask(scripted, site_file):
    agent = scripted()
    with Client("script", site_file=site_file, password="secret") as client:
        client.go.start(x=1)
        client.go.status()
        client.go.wait(0.5)
        client.go.abort()

    assert agent.calls == [
        ["start", "go", {"x": 1}, None, "secret"],
        ["status", "go", {}, None, None],
        ["wait", "go", {}, pytest.approx(0.5, abs=0.1), None],
        ["abort", "go", {}, None, "secret"],
    ]
