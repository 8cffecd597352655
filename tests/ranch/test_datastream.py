"""What happens to jobs, as it happens."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ocs_sim.jobs import request_from_body
from ocs_sim.stores import StoreUnreachable
from ocs_sim.testing import wait_until
from tests.ranch.ranch_bench import WISH, Ranch


def listen(ranch, path="/datastream?site=tst", **more):
    return connect(f"ws://127.0.0.1:{ranch.port}{path}", proxy=None, **more)


def next_frame(socket):
    return json.loads(socket.recv(timeout=20))


@pytest.mark.parametrize("path", ["/datastream?site=tst", "/dev?site=tst", "//dev/?site=tst"])
def test_each_change_of_a_job_is_told(ranch, path):
    with listen(ranch, path) as socket:
        ranch.asked(site="two")
        job = ranch.asked()
        del job["table_response"]
        assert next_frame(socket) == {"site": "tst", "topic": "jobs", "data": job}
        ranch.post("updatejobstatus", {"site": "tst", "ulid": job["ulid"], "newStatus": "STARTED"})
        assert next_frame(socket)["data"]["statusId"] == f"STARTED#{job['ulid']}"


def test_what_others_change_in_the_store_is_told_too(ranch):
    with listen(ranch) as socket:
        job = ranch.jobs.new(request_from_body(WISH))
        assert next_frame(socket)["data"]["ulid"] == job.ulid


def test_what_was_before_is_not_told(ranch):
    ranch.asked()
    with listen(ranch) as socket:
        new = ranch.asked()["ulid"]
        assert next_frame(socket)["data"]["ulid"] == new


def test_a_listener_may_turn_to_another_site(ranch):
    with listen(ranch) as socket, listen(ranch, "/datastream?site=two") as other:
        for nonsense in (
            "{",
            "[]",
            "7",
            '{"action": "updatesubscribersite"}',
            b"\xff",
            '{"action": 1, "site": 2}',
        ):
            socket.send(nonsense)
        socket.send(json.dumps({"action": "updatesubscribersite", "site": "two"}))
        wait_until(lambda: ranch.app.state.hub.sites == {"two"})
        ranch.asked()
        job = ranch.asked(site="two")
        assert next_frame(socket) == next_frame(other)
        assert job["site"] == "two"


@pytest.mark.parametrize("path", ["/datastream", "/dev?site=", "/dev?other=tst"])
def test_without_a_site_there_is_no_handshake(ranch, path):
    with pytest.raises(InvalidStatus) as refused, listen(ranch, path):
        pass
    assert refused.value.response.status_code == 400


def test_another_path_is_no_websocket(ranch):
    with pytest.raises(InvalidStatus) as refused, listen(ranch, "/jobs/tst"):
        pass
    assert refused.value.response.status_code == 403


def test_with_keys_only_who_may_read_listens(tmp_path):
    with Ranch(tmp_path, mode="keys") as ranch:
        key = ranch.services.site_keys.make("tst")
        with pytest.raises(InvalidStatus) as refused, listen(ranch):
            pass
        assert refused.value.response.status_code == 401
        with listen(ranch, additional_headers=ranch.headers()) as socket:
            job = ranch.asked()
            assert next_frame(socket)["data"]["ulid"] == job["ulid"]
        with listen(ranch, additional_headers={"X-Site-Key": key}) as socket:
            socket.send(json.dumps({"action": "updatesubscribersite", "site": "two"}))
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=20)
            assert closed.value.rcvd.code == 1008


def test_nothing_is_read_while_nobody_listens(ranch, monkeypatch):
    looked = []
    changes = type(ranch.jobs).changes
    monkeypatch.setattr(type(ranch.jobs), "changes", lambda *a, **k: looked.append(1) or changes(*a, **k))
    with listen(ranch), listen(ranch):
        wait_until(lambda: looked)
    wait_until(lambda: not ranch.app.state.hub.sites and not ranch.app.state.watch.is_reading)
    before = len(looked)
    ranch.asked()
    with listen(ranch) as socket:
        new = ranch.asked()["ulid"]
        assert next_frame(socket)["data"]["ulid"] == new
    assert before < len(looked)


def test_a_store_that_is_away_for_a_while_loses_no_listener(ranch, monkeypatch, caplog):
    changes, failures = type(ranch.jobs).changes, []

    def fail_twice(*arguments, **options):
        if len(failures) < 2:
            failures.append(1)
            raise StoreUnreachable(store="DynamoDB", fault="timed out")
        return changes(*arguments, **options)

    monkeypatch.setattr("ocs_sim.ranch._watch._AGAIN_SECONDS", 0.01)
    with listen(ranch) as socket:
        monkeypatch.setattr(type(ranch.jobs), "changes", fail_twice)
        wait_until(lambda: len(failures) == 2)
        job = ranch.asked()
        assert next_frame(socket)["data"]["ulid"] == job["ulid"]
    assert "changes of jobs cannot be read" in caplog.text


def test_a_change_that_cannot_be_told_loses_no_listener(ranch, monkeypatch, caplog):
    failures, looked, changes = [KeyError("site")], [], ranch.jobs.changes

    def fail_once(*arguments):
        if failures:
            raise failures.pop()
        looked.append(1)
        return changes(*arguments)

    monkeypatch.setattr("ocs_sim.ranch._watch._AGAIN_SECONDS", 0.01)
    with listen(ranch) as socket:
        monkeypatch.setattr(ranch.jobs, "changes", fail_once)
        wait_until(lambda: looked)
        job = ranch.asked()
        assert next_frame(socket)["data"]["ulid"] == job["ulid"]
    assert "are left out" in caplog.text


def test_many_changes_at_once_are_all_told(ranch, monkeypatch):
    job = ranch.jobs.new(request_from_body(WISH))
    changes = [[(str(number), replace(job, timestamp_ms=number)) for number in range(1000)]]
    monkeypatch.setattr(type(ranch.jobs), "changes", lambda *_: changes.pop() if changes else [])
    with listen(ranch) as socket:
        assert [next_frame(socket)["data"]["timestamp_ms"] for _ in range(1000)] == list(range(1000))


def test_who_does_not_read_is_let_go(ranch):
    """A listener that reads nothing does not make the service keep everything for it."""
    with listen(ranch) as quick, socket.create_connection(("127.0.0.1", ranch.port)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(
            b"GET /dev?site=tst HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        wait_until(lambda: len(listeners(ranch)) == 2)
        told = 0
        while len(listeners(ranch)) == 2:
            assert told < 5000
            ranch.loop.call_soon_threadsafe(ranch.app.state.hub.tell, "tst", "jobs", {"x": "x" * 50_000})
            quick.recv(timeout=20)
            told += 1
        wait_until(lambda: not is_connected(ranch.port, slow.getsockname()[1]))
        job = ranch.asked()
        assert next_frame(quick)["data"]["ulid"] == job["ulid"]


def is_connected(server_port, client_port):
    return any(
        (each.laddr.port, each.raddr.port) == (server_port, client_port)
        for each in psutil.Process().net_connections("tcp")
        if each.raddr
    )


def listeners(ranch):
    return ranch.app.state.hub.listeners
