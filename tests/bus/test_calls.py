from __future__ import annotations

import asyncio
from typing import Any

import pytest
from twisted.internet import defer

from ocs_sim.bus import (
    CalleeGone,
    CallFailed,
    CallTimedOut,
    ConnectionLost,
    NoSuchProcedure,
    NotConnected,
    NotSendable,
)

pytestmark = pytest.mark.integration

ADDRESS = "observatory.calls"


class Callee:
    """One procedure of each form that a handler may have."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.cancelled = asyncio.Event()

    def echo(self, *args: Any, **kwargs: Any) -> Any:
        return [list(args), kwargs]

    async def slowly(self, value: Any) -> Any:
        await asyncio.sleep(0.01)
        return value

    async def never(self) -> None:
        self.entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    @defer.inlineCallbacks
    def twisted(self, value: Any):
        yield defer.succeed(None)
        return value

    def broken(self) -> None:
        raise KeyError("a bug")

    async def broken_later(self) -> None:
        raise RuntimeError("a later bug")

    def refusing(self) -> None:
        raise CallFailed(uri="", error="observatory.error.locked", arguments=("the dome is locked",))


@pytest.fixture
def callee(connect, on_loop, endpoint) -> Callee:
    callee = Callee()
    connection = connect(endpoint)

    async def register() -> None:
        for name in ("echo", "slowly", "never", "twisted", "broken", "broken_later", "refusing"):
            await connection.register(f"{ADDRESS}.{name}", getattr(callee, name))

    on_loop(register())
    callee.connection = connection
    return callee


@pytest.fixture
def caller(callee, connect, endpoint):
    return connect(endpoint)


def test_arguments_and_results_pass_through(caller, on_loop):
    result = on_loop(caller.call(f"{ADDRESS}.echo", 1, [2.5, None], timeout=3, x={"y": "z"}))

    assert result == [[1, [2.5, None]], {"timeout": 3, "x": {"y": "z"}}]


@pytest.mark.parametrize("name", ["slowly", "twisted"])
def test_handlers_may_be_coroutines_or_inline_callbacks(caller, on_loop, name):
    assert on_loop(caller.call(f"{ADDRESS}.{name}", "value")) == "value"


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("broken", "wamp.error.runtime_error", "'a bug'"),
        ("broken_later", "wamp.error.runtime_error", "a later bug"),
        ("refusing", "observatory.error.locked", "the dome is locked"),
    ],
)
def test_a_handlers_error_reaches_the_caller(caller, on_loop, name, error, text):
    with pytest.raises(CallFailed) as caught:
        on_loop(caller.call(f"{ADDRESS}.{name}"))

    assert (caught.value.error, caught.value.arguments) == (error, (text,))
    assert text in str(caught.value)


def test_wrong_arguments_give_pythons_own_text_as_with_ocs(caller, on_loop):
    with pytest.raises(CallFailed, match=r"missing 1 required positional argument: 'value'"):
        on_loop(caller.call(f"{ADDRESS}.slowly"))


def test_a_procedure_that_nobody_offers_is_named(caller, on_loop):
    with pytest.raises(NoSuchProcedure, match=r"Nobody answers observatory\.nobody"):
        on_loop(caller.call("observatory.nobody"))


def test_what_the_router_forbids_fails_as_a_call(caller, on_loop):
    with pytest.raises(CallFailed) as caught:
        on_loop(caller.call("elsewhere.x"))

    assert caught.value.error == "wamp.error.not_authorized"


def test_what_no_serializer_takes_is_refused_before_it_is_sent(caller, on_loop):
    with pytest.raises(NotSendable, match="object"):
        on_loop(caller.call(f"{ADDRESS}.echo", object()))

    assert on_loop(caller.call(f"{ADDRESS}.echo", 1)) == [[1], {}]


def test_a_result_that_no_serializer_takes_is_an_error_for_the_caller_only(callee, caller, on_loop):
    on_loop(callee.connection.register(f"{ADDRESS}.unsendable", object))

    with pytest.raises(CallFailed):
        on_loop(caller.call(f"{ADDRESS}.unsendable"))
    assert on_loop(caller.call(f"{ADDRESS}.echo")) == [[], {}]


def test_a_call_that_takes_too_long_times_out_and_is_cancelled_at_the_callee(callee, caller, on_loop):
    with pytest.raises(CallTimedOut, match=r"within 0\.05 s"):
        on_loop(caller.call(f"{ADDRESS}.never", timeout_seconds=0.05))

    on_loop(asyncio.wait_for(callee.cancelled.wait(), 10))


def test_a_timeout_of_the_caller_is_not_taken_for_ours(callee, caller, on_loop):
    with pytest.raises(TimeoutError) as caught:
        on_loop(asyncio.wait_for(caller.call(f"{ADDRESS}.never", timeout_seconds=60), 0.05))

    assert not isinstance(caught.value, CallTimedOut)


def test_a_callee_that_dies_in_the_middle_fails_the_call(callee, caller, on_loop):
    async def scenario() -> None:
        call = asyncio.ensure_future(caller.call(f"{ADDRESS}.never"))
        await callee.entered.wait()
        await callee.connection.close()
        with pytest.raises(CalleeGone, match="vanished"):
            await asyncio.wait_for(call, 10)
        assert callee.cancelled.is_set()

    on_loop(scenario())


def test_closing_the_caller_fails_its_calls_at_once(callee, caller, on_loop):
    async def scenario() -> None:
        call = asyncio.ensure_future(caller.call(f"{ADDRESS}.never"))
        await callee.entered.wait()
        await caller.close()
        with pytest.raises(ConnectionLost):
            await asyncio.wait_for(call, 10)

    on_loop(scenario())


def test_a_closed_connection_says_so(caller, on_loop):
    on_loop(caller.close())

    with pytest.raises(NotConnected, match="this connection was closed"):
        on_loop(caller.call(f"{ADDRESS}.echo"))
    with pytest.raises(NotConnected, match="this connection was closed"):
        on_loop(caller.wait_joined(5))
    with pytest.raises(NotConnected, match="closed"):
        on_loop(_async(caller.start))


async def _async(function) -> Any:
    return function()
