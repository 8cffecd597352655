"""A HostMaster in a process of its own and its children, for tests that look at them from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.testing import RouterInfo

CHILDREN = Path(__file__).parent / "children"


class Bench:
    """One site file, the HostMaster that reads it, and whatever lives because of it."""

    def __init__(self, router: RouterInfo, directory: Path) -> None:
        self.directory = directory
        self.run_dir = directory / "logs" / "run"
        self.site_file = directory / "site.yaml"
        self.router = router
        self.popen: subprocess.Popen[bytes] | None = None
        self._caller = HttpCaller(router.http_url, timeout_seconds=90)

    def write_site(self, *instances: Mapping[str, Any]) -> None:
        master = {"instance-id": "master", "agent-class": "HostMaster"}
        site = self.router.site([master, *instances])
        site["hosts"]["localhost"] |= {"log-dir": "logs", "agent-paths": [str(CHILDREN)]}
        self.site_file.write_text(json.dumps(site, indent=1))

    def start(self, *arguments: str) -> None:
        """Start a HostMaster as `obsbow up` would."""
        self.run_dir.mkdir(parents=True, exist_ok=True)
        where = ["--site-file", str(self.site_file), "--site-host", "localhost", "--instance-id", "master"]
        with (self.run_dir / "master.out").open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "ocs_sim.agent", *where, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the HostMaster alone, as a crash would."""
        assert self.popen is not None
        self.popen.kill()
        self.popen.wait(10)

    def terminate(self, seconds: float = 30.0) -> int:
        """Ask the HostMaster to end, as `obsbow down` does; return its exit code."""
        assert self.popen is not None
        self.popen.terminate()
        return self.popen.wait(seconds)

    def clean(self) -> None:
        """Leave no process, whatever the test has done."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait(10)
        for process in self.processes():
            process.kill()
        self.wait(lambda: not self.processes(), "all are gone")
        self._caller.close()

    def processes(self) -> list[psutil.Process]:
        """Return every living process of this site."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def ops(
        self, action: str, name: str, params: Any = None, instance_id: str = "master", **more: Any
    ) -> Any:
        return self._caller.call(
            f"{self.router.address_root}.{instance_id}.ops", action, name, params, **more
        )

    def update(self, *requests: list[str], **params: Any) -> tuple[bool, str, list[str]]:
        """Run `update` to its end; return success, its last words, and all messages."""
        code, text, _ = self.ops("start", "update", {"requests": requests, **params})
        assert code == 0, text
        _, _, session = self.ops("wait", "update", None, timeout=60)
        texts = [text for _, text in session["messages"]]
        return session["success"], texts[-2], texts

    def session(self, name: str = "master") -> dict[str, Any]:
        return self.ops("status", name)[2]

    def children(self) -> dict[str, dict[str, Any]]:
        """Return the entries of `child_states` by instance-id; empty while nobody answers."""
        try:
            states = self.session().get("data", {}).get("child_states", [])
        except BusError:
            return {}
        return {each["instance_id"]: each for each in states}

    def wait_up(self, *names: str) -> dict[str, dict[str, Any]]:
        return self.wait(lambda: self._if_up(names), f"{names} are up")

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
        """Return the first true value of `condition`."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() >= deadline:
                raise AssertionError(f"not within {seconds:.0f} s: {what}\n{self.describe()}")
            time.sleep(0.02)
        return found

    def describe(self) -> str:
        """Return what helps to understand a failure."""
        output = self.run_dir / "master.out"
        printed = output.read_text()[-4000:] if output.exists() else ""
        return f"{json.dumps(self.children(), indent=1)}\n{printed}"

    def _if_up(self, names: Iterable[str]) -> dict[str, dict[str, Any]] | None:
        children = self.children()
        up = all(children.get(name, {}).get("next_action") == "up" for name in names)
        return children if up else None

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.pid != os.getpid() and str(self.site_file) in process.cmdline()
        except psutil.Error:
            return False


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def instance(name: str, agent_class: str = "Steady", **more: Any) -> dict[str, Any]:
    keys = {key.replace("_", "-"): value for key, value in more.items()}
    return {"instance-id": name, "agent-class": agent_class, **keys}


def is_gone(pid: int) -> bool:
    """Return whether a process has ended, even if whoever inherited it has not yet taken note."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
