"""A whole observatory in a directory of its own, for tests that look at it from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ocs_sim.testing import free_port

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
TELESCOPE = "\n      # A telescope that is not there"
REMOTE = "\n      # Takes commands and jobs"


@dataclass
class Observatory:
    """A directory that `obsbow init` laid out, with ports of its own."""

    directory: Path
    port: int
    metrics_port: int = field(default_factory=free_port)
    alpaca_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)

    @property
    def site_file(self) -> Path:
        return self.directory / "site_config" / "default.yaml"

    def with_ports(self, text: str) -> str:
        """Return the text of a site file, or a command, with ports of our own in place of the usual ones."""
        own = {
            "8001": self.port,
            "8010": self.api_port,
            "8011": self.metrics_port,
            "11111": self.alpaca_port,
        }
        return re.sub(rf"\b({'|'.join(own)})\b", lambda usual: str(own[usual[0]]), text)

    @property
    def data_directory(self) -> Path:
        return self.directory / "data" / "hk"

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/call"

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start obsbow and do not wait for it."""
        return subprocess.Popen(
            [OBSBOW, *arguments],
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def obsbow(
        self, *arguments: str, timeout: float = 120, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run obsbow as a user would, under a pipe."""
        return subprocess.run(
            [OBSBOW, *arguments],
            cwd=cwd or self.directory,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def well(self, *arguments: str, **options: Any) -> str:
        """Run obsbow, which must succeed and keep stderr clean; return what it printed."""
        done = self.obsbow(*arguments, **options)
        assert done.returncode == 0, (
            f"obsbow {arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        assert done.stderr == "", done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Run obsbow with --json, which must succeed; return what it printed."""
        return json.loads(self.well(*arguments, "--json"))

    def status(self) -> dict[str, Any]:
        """Return `obsbow status --json`, whatever its exit code."""
        return json.loads(self.obsbow("status", "--json").stdout)

    def agent(self, name: str) -> dict[str, Any]:
        """Return what status says of one agent."""
        return next(agent for agent in self.status()["agents"] if agent["instance_id"] == name)

    def pid(self, name: str) -> int:
        """Return the process id in an agent's pid file."""
        return int(json.loads((self.directory / "logs" / "run" / f"{name}.json").read_text())["pid"])

    def kill(self, name: str) -> int:
        """Kill an agent with SIGKILL; return the process id that it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def processes(self) -> list[psutil.Process]:
        """Return every process that belongs to this directory."""
        return [process for process in psutil.process_iter() if self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            mine = str(self.directory)
            return process.cwd().startswith(mine) or any(mine in word for word in process.cmdline())
        except psutil.Error:
            return False


def lay_out(
    directory: Path,
    change: Callable[[str], str] = lambda text: text,
    *,
    telescope: bool = False,
    remote: bool = False,
) -> Observatory:
    """Lay out an observatory on free ports; `change` may edit the site file's text.

    Most tests need no telescope, nor what takes commands from elsewhere for it (`remote`): eight agents less
    are up in half of the time.
    """
    subprocess.run([OBSBOW, "init", str(directory)], check=True, capture_output=True)
    observatory = Observatory(directory, free_port())
    text = observatory.with_ports(observatory.site_file.read_text())
    if not telescope:
        text = without_telescope(text)
    elif not remote:
        text = without_remote(text)
    observatory.site_file.write_text(change(text))
    return observatory


def without_telescope(site: str) -> str:
    """Return the default site file without the simulated telescope, its agents, and those behind them."""
    return _before(TELESCOPE, site)


def without_remote(site: str) -> str:
    """Return the default site file without the agents that take commands from elsewhere."""
    return _before(REMOTE, site)


def _before(mark: str, site: str) -> str:
    kept, found, _ = site.partition(mark)
    assert found, f"{mark.strip()!r} does not begin its part of the site file any more"
    return kept


def free_ports(count: int) -> int:
    """Return the first of so many TCP ports of 127.0.0.1 in a row that are free now."""
    while True:
        first = free_port()
        try:
            for port in range(first + 1, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


def eventually(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """Return the first true value of `condition`; fail with `what` when none comes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")
