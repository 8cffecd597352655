from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ocs_sim.bus import Connection, Endpoint, HttpCaller, NoSuchProcedure, background_loop
from ocs_sim.testing import RouterInfo, wait_until

FAKER = {"instance-id": "data1", "agent-class": "FakeDataAgent", "arguments": ["--sample-rate", "20"]}


def write_site(router: RouterInfo, directory: Path) -> Path:
    """Write a site file, as JSON, which is YAML."""
    path = directory / "site.yaml"
    path.write_text(json.dumps(router.site([FAKER])))
    return path


@pytest.fixture(scope="package")
def site_file(router: RouterInfo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(router, tmp_path_factory.mktemp("site"))


@contextmanager
def running_faker(router: RouterInfo, site_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run FakeData as data1, in a process of its own, until it answers."""
    command = [
        sys.executable,
        "-m",
        "ocs_sim.agent",
        "--site-file",
        str(site_file),
        "--site-host",
        "localhost",
    ]
    process = subprocess.Popen(
        [*command, "--instance-id", "data1"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        with HttpCaller(router.http_url) as caller:
            wait_until(lambda: answers(caller), 20)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def answers(caller: HttpCaller) -> bool:
    try:
        return bool(caller.call("observatory.data1", "get_agent_class"))
    except NoSuchProcedure:
        return False


@pytest.fixture(scope="package")
def faker(router: RouterInfo, site_file: Path) -> Iterator[Path]:
    """A running FakeData called data1; the value is the site file that leads to it.

    It ends with this package: other tests want the name, on the same router, for agents of their own.
    """
    with running_faker(router, site_file):
        yield site_file


def on_loop(coroutine: Any) -> Any:
    return asyncio.run_coroutine_threadsafe(coroutine, background_loop()).result(60)


class Scripted:
    """An agent made by hand, with only what OCS's agents tell, whose answers a test chooses."""

    def __init__(self, connection: Connection, instance_id: str) -> None:
        self.connection = connection
        self.address = f"observatory.{instance_id}"
        self.calls: list[list[Any]] = []
        self.replies: dict[str, Any] = {}
        self.tasks: list[Any] = [["go", {"op_name": "go", "status": "no_history"}, _info("task")]]
        self.processes: list[Any] = [
            ["record", {"op_name": "record", "status": "no_history"}, _info("process")]
        ]

    async def register(self) -> None:
        await self.connection.register(f"{self.address}.ops", self._ops)
        await self.connection.register(self.address, self._management)

    def _management(self, q: str, **_: Any) -> Any:
        return {
            "agent_class": "Scripted",
            "instance_hostname": "here",
            "instance_pid": 1,
            "feeds": [["beat", {"address": f"{self.address}.feeds.beat", "record": False}]],
            "tasks": self.tasks,
            "processes": self.processes,
        }

    async def _ops(
        self, action: str, op_name: str, params: Any = None, timeout: Any = None, password: Any = None
    ) -> Any:
        self.calls.append([action, op_name, params, timeout, password])
        reply = self.replies.get(action, [0, "No session active.", {}])
        while isinstance(reply, list) and reply and isinstance(reply[0], list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if callable(reply):
            reply = reply()
        return await reply if asyncio.iscoroutine(reply) else reply


def _info(kind: str) -> dict[str, Any]:
    return {"blocking": True, "abortable": True, "docstring": None, "op_type": kind, "min_privs": 1}


def session(
    number: int = 0, status: str = "running", success: bool | None = None, began: float = 1e9
) -> dict[str, Any]:
    return {
        "session_id": number,
        "op_name": "go",
        "op_code": 3,
        "cred_level": 1,
        "status": status,
        "degraded": False,
        "success": success,
        "start_time": began,
        "end_time": None,
        "data": {},
        "messages": [[began, 'Status is now "starting".'], [began + 0.5, "Half way"]],
    }


@pytest.fixture
def scripted(router: RouterInfo) -> Iterator[Callable[[str], Scripted]]:
    """Return a function that puts a scripted agent on the bus."""
    connections: list[Connection] = []

    def make(instance_id: str = "script") -> Scripted:
        async def begin() -> Scripted:
            connection = Connection([Endpoint.unix(router.socket_path)], router.realm, name=instance_id)
            connections.append(connection)
            connection.start()
            await connection.wait_joined(15)
            agent = Scripted(connection, instance_id)
            await agent.register()
            return agent

        return on_loop(begin())

    yield make
    for connection in connections:
        on_loop(connection.close())


@pytest.fixture(autouse=True)
def _nothing_stays_connected() -> Iterator[None]:
    """Each test gives its connections back."""
    yield
    from ocs_sim.client import _shared

    assert not _shared._entries
