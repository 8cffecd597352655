from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ocs_sim.bus import (
    BadAnswer,
    CalleeGone,
    CallFailed,
    CallTimedOut,
    ConnectionLost,
    HttpCaller,
    NoSuchProcedure,
    NotSendable,
    RouterUnreachable,
)
from ocs_sim.testing import free_port


class TestWithTheRouter:
    """What crossbar's caller service really answers."""

    pytestmark = pytest.mark.integration

    @pytest.fixture
    def caller(self, router):
        with HttpCaller(router.http_url) as caller:
            yield caller

    @pytest.fixture
    def callee(self, connect, on_loop, router):
        from tests.bus.conftest import endpoint_of

        connection = connect(endpoint_of(router, "unix"))

        def broken() -> None:
            raise TypeError("missing argument 'q'")

        on_loop(connection.register("observatory.web.echo", lambda *args, **kwargs: [list(args), kwargs]))
        on_loop(connection.register("observatory.web.nothing", lambda: None))
        on_loop(connection.register("observatory.web.broken", broken))
        return connection

    def test_arguments_and_results_pass_through(self, caller, callee):
        assert caller.call("observatory.web.echo", 1, {"a": [None]}, timeout=2) == [
            [1, {"a": [None]}],
            {"timeout": 2},
        ]
        assert caller.call("observatory.web.nothing") is None

    def test_errors_are_those_of_the_bus(self, caller, callee):
        with pytest.raises(NoSuchProcedure) as nobody:
            caller.call("observatory.nobody")
        with pytest.raises(CallFailed) as forbidden:
            caller.call("elsewhere.x")
        with pytest.raises(CallFailed) as broken:
            caller.call("observatory.web.broken")

        assert nobody.value.uri == "observatory.nobody"
        assert forbidden.value.error == "wamp.error.not_authorized"
        assert broken.value.error == "wamp.error.runtime_error"
        assert broken.value.arguments == ("missing argument 'q'",)

    def test_a_callee_that_vanishes_fails_the_call(self, connect, on_loop, router, caller):
        import asyncio

        from tests.bus.conftest import endpoint_of

        connection = connect(endpoint_of(router, "unix"))
        entered = threading.Event()

        async def never() -> None:
            entered.set()
            await asyncio.Event().wait()

        on_loop(connection.register("observatory.web.never", never))
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(caller.call, "observatory.web.never")
            assert entered.wait(10)
            on_loop(connection.close())
            with pytest.raises(CalleeGone):
                call.result(10)

    def test_threads_share_a_caller(self, caller, callee):
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda number: caller.call("observatory.web.echo", number), range(100))

            assert [answer[0][0] for answer in answers] == list(range(100))


class Scripted(BaseHTTPRequestHandler):
    """Answers as the server's script says, each time with the next step."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.clients.add(self.client_address)
        step = self.server.script.pop(0)
        if step == "drop":
            self.close_connection = True
            return
        if step == "silence":
            self.server.released.wait(10)
            self.close_connection = True
            return
        status, content = step
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.script, server.bodies, server.clients = [], [], set()
    server.released = threading.Event()
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def caller(server):
    with HttpCaller(f"http://127.0.0.1:{server.server_port}/call", timeout_seconds=5) as caller:
        yield caller


def test_the_request_is_the_contracts(server, caller):
    server.script = [(200, b'{"args": [7]}')]

    assert caller.call("observatory.a.ops", "start", "acq", {"x": 1.5}, timeout=None) == 7
    assert json.loads(server.bodies[0]) == {
        "procedure": "observatory.a.ops",
        "args": ["start", "acq", {"x": 1.5}],
        "kwargs": {"timeout": None},
    }


def test_connections_are_kept_between_calls(server, caller):
    server.script = [(200, b'{"args": [null]}')] * 3

    assert [caller.call("x") for _ in range(3)] == [None] * 3
    assert len(server.clients) == 1


@pytest.mark.parametrize("content", [b'{"args": []}', b'{"args": [], "kwargs": {}}'])
def test_no_result_is_none(server, caller, content):
    server.script = [(200, content)]

    assert caller.call("x") is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((400, b"bad request"), "HTTP 400 bad request"),
        ((405, b""), "HTTP 405"),
        ((500, b"\xff\xfe"), "HTTP 500"),
        ((200, b"<html>hello"), "<html>hello"),
        ((200, b"[1]"), r"\[1\]"),
        ((200, b'"text"'), "text"),
        ((200, b'{"something": 1}'), "something"),
        ((200, b'{"args": 3}'), "args"),
        ((200, b""), "''"),
    ],
)
def test_what_is_no_answer_of_a_router_is_shown(server, caller, answer, said):
    server.script = [answer]

    with pytest.raises(BadAnswer, match=said):
        caller.call("x")


def test_errors_need_no_arguments(server, caller):
    server.script = [(200, b'{"error": "wamp.error.canceled", "args": null}')]

    with pytest.raises(CalleeGone, match="no reason given"):
        caller.call("x")


def test_a_router_that_goes_in_the_middle_is_told_and_not_asked_again(server, caller):
    server.script = [(200, b'{"args": [1]}'), "drop", (200, b'{"args": [2]}')]

    assert caller.call("x") == 1
    with pytest.raises(ConnectionLost, match="may have been carried out"):
        caller.call("x")
    assert caller.call("x") == 2
    assert len(server.bodies) == 3


def test_silence_times_out(server):
    server.script = ["silence"]

    with (
        HttpCaller(f"http://127.0.0.1:{server.server_port}/call", timeout_seconds=0.05) as caller,
        pytest.raises(CallTimedOut, match=r"within 0\.05 s"),
    ):
        caller.call("x")


def test_a_connection_that_was_closed_while_it_rested_is_replaced(server, caller):
    server.script = [(200, b'{"args": [1]}')] * 2
    assert caller.call("x") == 1
    caller._idle[0].sock.shutdown(socket.SHUT_RDWR)

    assert caller.call("x") == 1
    assert len(server.bodies) == 2


def test_no_router_is_told_with_its_address():
    url = f"http://127.0.0.1:{free_port()}/call"

    with pytest.raises(RouterUnreachable, match=rf"{url}: Connection refused"):
        HttpCaller(url).call("x")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1: {2}}])
def test_what_json_cannot_carry_is_refused(value):
    with pytest.raises(NotSendable, match="x cannot be sent"):
        HttpCaller("http://127.0.0.1:1/call").call("x", value)
