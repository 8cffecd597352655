"""The router of a host: crossbar as a process that is started, watched and stopped from outside."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ocs_sim.launch import _crossbar_process as processes
from ocs_sim.launch._crossbar_address import RouterAddress, router_address
from ocs_sim.launch._crossbar_config import router_config
from ocs_sim.launch._crossbar_file import CONFIG_NAME, Written, is_edited, write_config
from ocs_sim.launch._crossbar_probe import Probe, accepts, holder
from ocs_sim.launch._crossbar_process import RouterProcess
from ocs_sim.launch._processes import Detached
from ocs_sim.launch._router_env import require_crossbar
from ocs_sim.launch._router_errors import PortTaken, RouterExited, RouterMisfit, RouterNotReady, RouterStays
from ocs_sim.site import CrossbarSettings, Hub

LOG_NAME = "crossbar.log"
TERMINATE_SECONDS = 3.0
KILL_SECONDS = 3.0
SLOWEST_START_SECONDS = 30.0
TAIL_LINES = 15

_POLL_SECONDS = 0.02
_LOG_LIMIT_BYTES = 10_000_000
_SOCKET_MODE = 0o660


class RouterState(StrEnum):
    """How the router is, as far as can be seen from outside."""

    RUNNING = "running"
    STARTING = "starting"
    HUNG = "hung"
    STALE = "stale"
    FOREIGN = "foreign"
    ELSEWHERE = "elsewhere"
    DEAD = "dead"


_DETAILS = {
    RouterState.HUNG: "its process lives, but its realm does not answer",
    RouterState.STALE: "it left files but no process: it was killed or the machine restarted",
}


@dataclass(frozen=True)
class RouterStatus:
    """The router as it is now; `pid` is its controller's, `rss_bytes` that of all its processes."""

    state: RouterState
    pid: int | None = None
    uptime_seconds: float | None = None
    rss_bytes: int | None = None
    detail: str = ""

    @property
    def alive(self) -> bool:
        """Whether a process of this router lives, here or on another host."""
        return self.answers or self.state in (RouterState.STARTING, RouterState.HUNG)

    @property
    def answers(self) -> bool:
        """Whether calls reach agents."""
        return self.state in (RouterState.RUNNING, RouterState.ELSEWHERE)


class Router:
    """A crossbar node in a directory of its own."""

    def __init__(
        self, settings: CrossbarSettings, hub: Hub, log_dir: Path, reached_as: Iterable[str] = ()
    ) -> None:
        """Describe a router; nothing is started.

        Args:
            settings: where its directory, program and sockets are.
            hub: the hub as the router's own host sees it.
            log_dir: where `crossbar.log` goes.
            reached_as: the `wamp_server` of the other hosts, which decide what it binds.

        Raises:
            BadRouterAddress: when the hub names an address where no router can listen.
        """
        self.settings = settings
        self.hub = hub
        self.log_path = log_dir / LOG_NAME
        self.address: RouterAddress = router_address(hub, reached_as)
        self._probe = Probe(self.address, hub.address_root, settings.socket_path)

    @property
    def config_path(self) -> Path:
        """The file that crossbar reads."""
        return self.settings.config_dir / CONFIG_NAME

    def generate_config(self, *, force: bool = False) -> Written:
        """Write config.json; raises BadConfig, ConfigEdited."""
        config = router_config(self.hub, self.settings, self.address)
        return write_config(self.settings.config_dir, config, force=force)

    def start(self) -> RouterStatus:
        """Start the router unless it lives; does not wait until it answers.

        A hand-edited config.json is used as it is.

        Raises:
            CrossbarMissing, CrossbarNotThere, BadConfig, PortTaken
        """
        with self._locked():
            if processes.find(self.settings.config_dir) is None:
                self._start()
        return self.status()

    def wait_ready(self, timeout_seconds: float) -> None:
        """Wait until the realm, the websocket and the unix socket answer.

        Raises:
            RouterExited, RouterNotReady, RouterMisfit
        """
        deadline = time.monotonic() + timeout_seconds
        while (missing := self._probe.missing()) is not None:
            if processes.find(self.settings.config_dir) is None:
                raise RouterExited(log=self.log_path, tail=self.log_tail())
            if time.monotonic() >= deadline:
                why = f"{missing}; its config.json was edited by hand" if self._is_edited() else missing
                raise RouterNotReady(
                    seconds=timeout_seconds, missing=why, log=self.log_path, tail=self.log_tail()
                )
            time.sleep(_POLL_SECONDS)
        with suppress(OSError):
            self.settings.socket_path.chmod(_SOCKET_MODE)

    def stop(self) -> bool:
        """Stop the router and leave nothing of it; returns whether there was one. Raises RouterStays."""
        with self._locked():
            process = processes.find(self.settings.config_dir)
            if process is not None:
                stayed = processes.end(process, TERMINATE_SECONDS, KILL_SECONDS)
                if stayed:
                    raise RouterStays(pids=", ".join(map(str, stayed)))
            self._remove_leftovers()
        return process is not None

    def kill(self) -> None:
        """End the router as a crash would: SIGKILL to all its processes, nothing is tidied up."""
        process = processes.find(self.settings.config_dir)
        if process is not None:
            processes.kill(process, KILL_SECONDS)

    def status(self) -> RouterStatus:
        """Return what is true of the router now."""
        process = processes.find(self.settings.config_dir)
        if process is None:
            return self._status_without_process()
        state, detail = self._state_of(process)
        return RouterStatus(state, process.pid, process.uptime_seconds(), process.rss_bytes(), detail)

    def log_tail(self, lines: int = TAIL_LINES) -> str:
        """Return the last lines that this run of the router wrote."""
        process = processes.last_recorded(self.settings.config_dir)
        try:
            with self.log_path.open("rb") as log:
                log.seek(0 if process is None else process.log_offset)
                text = log.read().decode(errors="replace")
        except OSError:
            text = ""
        chosen = [line for line in text.splitlines() if line.strip()][-lines:]
        return "\n".join(f"  {line}" for line in chosen) or "  (it wrote nothing)"

    def _start(self) -> None:
        program = require_crossbar(self.settings).path
        self._remove_leftovers()
        if not self._is_edited():
            self.generate_config()
        if self._probe.listens():
            port = self.address.port
            raise PortTaken(port=port, interface=self.address.interface, holder=holder(port))
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        processes.record(self.settings.config_dir, self._spawn(program))

    def _is_edited(self) -> bool:
        return is_edited(self.settings.config_dir)

    def _spawn(self, program: Path) -> RouterProcess:
        if self.log_path.exists() and self.log_path.stat().st_size > _LOG_LIMIT_BYTES:
            self.log_path.replace(self.log_path.with_name(f"{LOG_NAME}.1"))
        offset = self.log_path.stat().st_size if self.log_path.exists() else 0
        command: list[str | Path] = [
            program,
            "start",
            "--cbdir",
            self.settings.config_dir,
            "--loglevel",
            "warn",
        ]
        started = Detached(command, self.log_path, self.settings.config_dir)
        return processes.of_child(started.pid, str(program), offset)

    def _state_of(self, process: RouterProcess) -> tuple[RouterState, str]:
        if process.is_suspended():
            return RouterState.HUNG, f"it is suspended; `kill -CONT -- -{process.pid}` lets it go on"
        try:
            if self._probe.answers():
                return RouterState.RUNNING, ""
        except RouterMisfit as error:
            return RouterState.RUNNING, str(error)
        state = RouterState.STARTING if process.uptime_seconds() < SLOWEST_START_SECONDS else RouterState.HUNG
        return state, _DETAILS.get(state, "")

    def _status_without_process(self) -> RouterStatus:
        if self._probe.listens():
            port = self.address.port
            return RouterStatus(
                RouterState.FOREIGN, detail=f"port {port} is taken{holder(port)}, which is not ours"
            )
        left = processes.leftovers(self.settings.config_dir, self.settings.socket_path)
        state = RouterState.STALE if left else RouterState.DEAD
        return RouterStatus(state, detail=_DETAILS.get(state, ""))

    def _remove_leftovers(self) -> None:
        for path in processes.leftovers(self.settings.config_dir, self.settings.socket_path):
            if path != self.settings.socket_path or not accepts(str(path), self._probe.timeout_seconds):
                path.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep two launchers from starting or stopping the same router at once."""
        self.settings.config_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.settings.config_dir / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
