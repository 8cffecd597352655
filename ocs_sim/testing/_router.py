"""A real router for tests: its own port, its own directory, and ways to break it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ocs_sim.launch.router import Router
from ocs_sim.site import CrossbarSettings, Hub
from ocs_sim.testing._last_will import LastWill
from ocs_sim.testing._leaks import keep
from ocs_sim.testing._ports import free_port

TEST_REALM = "test_realm"
TEST_ROOT = "observatory"

_START_SECONDS = 60.0


class RouterInfo:
    """A running router and what it takes to reach it."""

    def __init__(self, directory: Path) -> None:
        """Describe a router that keeps its files in `directory`; nothing is started."""
        port = free_port()
        self.directory = directory
        self.log_dir = directory / "logs"
        self.hub = Hub(f"ws://127.0.0.1:{port}/ws", f"http://127.0.0.1:{port}/call", TEST_REALM, TEST_ROOT)
        self.crossbar = CrossbarSettings(directory / "dot_crossbar")
        self._router = Router(self.crossbar, self.hub, self.log_dir)
        # What holds while it runs: it must not outlive a test process that is killed.
        self._while_running = ExitStack()

    @property
    def ws_url(self) -> str:
        """Where agents speak websocket."""
        return self.hub.wamp_server

    @property
    def view_url(self) -> str:
        """Where viewers, who may only read, speak websocket."""
        return self.hub.wamp_server.removesuffix("/ws") + "/view"

    @property
    def http_url(self) -> str:
        """Where calls are posted."""
        return self.hub.wamp_http

    @property
    def socket_path(self) -> Path:
        """The unix socket that speaks rawsocket."""
        return self.crossbar.socket_path

    @property
    def realm(self) -> str:
        """The realm's name."""
        return self.hub.wamp_realm

    @property
    def address_root(self) -> str:
        """The first word of every address."""
        return self.hub.address_root

    @property
    def pid(self) -> int | None:
        """The pid of the router's controller, None while it is down."""
        return self._router.status().pid

    def site(self, instances: Iterable[Mapping[str, Any]] = (), host: str = "localhost") -> dict[str, Any]:
        """Return what a site file holds that has this router and these agents; dump it as YAML or JSON.

        Args:
            instances: `{"instance-id": ..., "agent-class": ..., "arguments": ...}` for each agent.
            host: the name of the only host.
        """
        hub = {
            "wamp_server": self.hub.wamp_server,
            "wamp_http": self.hub.wamp_http,
            "wamp_realm": self.hub.wamp_realm,
            "address_root": self.hub.address_root,
        }
        crossbar = {"config-dir": str(self.crossbar.config_dir)}
        agents = [dict(instance) for instance in instances]
        return {
            "hub": hub,
            "hosts": {host: {"log-dir": str(self.log_dir), "crossbar": crossbar, "agent-instances": agents}},
        }

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens when it does already."""
        pid = self._router.start().pid
        if pid is not None:
            self._while_running.close()
            will = self._while_running.enter_context(LastWill(pid))
            self._while_running.enter_context(keep(lambda: will.executor_pid))
        self._router.wait_ready(_START_SECONDS)

    def stop(self) -> None:
        """Stop it in an orderly way."""
        self._router.stop()
        self._while_running.close()

    def kill(self) -> None:
        """Kill it as a crash would: SIGKILL to controller and worker, its files stay."""
        self._router.kill()
        self._while_running.close()

    def restart(self) -> None:
        """Stop it, if it lives, and start it again on the same port."""
        self.stop()
        self.start()


@pytest.fixture(scope="session")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RouterInfo]:
    """A router that the whole test session shares; do not stop it."""
    with running_router(tmp_path_factory.mktemp("router")) as info, keep(lambda: info.pid):
        yield info


@pytest.fixture
def own_router(tmp_path: Path) -> Iterator[RouterInfo]:
    """A router of the test's own, to stop, kill and restart."""
    with running_router(tmp_path / "router") as info:
        yield info


@contextmanager
def running_router(directory: Path) -> Iterator[RouterInfo]:
    """Run a router that keeps its files in `directory`, and leave no process and no socket."""
    info = RouterInfo(directory)
    try:
        info.start()
        yield info
    finally:
        info.stop()
