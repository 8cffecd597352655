from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ocs_sim.bus import Connection, Endpoint, background_loop
from ocs_sim.testing import RouterInfo


def endpoint_of(router: RouterInfo, kind: str) -> Endpoint:
    return Endpoint.unix(router.socket_path) if kind == "unix" else Endpoint.parse(router.ws_url)


@pytest.fixture(params=["unix", "websocket"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def endpoint(kind: str, router: RouterInfo) -> Endpoint:
    return endpoint_of(router, kind)


@pytest.fixture
def on_loop() -> Callable[..., Any]:
    """Return a function that runs a coroutine on the bus's loop and returns its result."""

    def wait(coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, background_loop()).result(60)

    return wait


@pytest.fixture
def connect(on_loop: Any, router: RouterInfo) -> Iterator[Callable[..., Connection]]:
    """Return a function that makes connections and waits until they joined; all are closed afterwards."""
    opened: list[Connection] = []

    def make(
        *endpoints: Endpoint, wait: bool = True, realm: str = router.realm, **options: Any
    ) -> Connection:
        async def begin() -> Connection:
            connection = Connection(endpoints, realm, name=f"test{len(opened)}", **options)
            opened.append(connection)
            connection.start()
            if wait:
                await connection.wait_joined(15)
            return connection

        return on_loop(begin())

    yield make
    for connection in opened:
        on_loop(connection.close())
