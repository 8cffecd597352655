"""The router's processes: which they are, whether they live, and how they end."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from ocs_sim.launch._processes import is_suspended, look_up, wait_until_gone

RECORD_NAME = ".router.json"
NODE_PID_NAME = "node.pid"

# The kernel tells in whole seconds when it was booted, and a process's creation is counted from there.
_CLOCK_SECONDS = 2.0

# starttime is field 22 of /proc/PID/stat; two fields come before the rest is split.
_START_TICKS = 22 - 3


@dataclass(frozen=True, slots=True)
class RouterProcess:
    """The router's controller, which leads a session of its own.

    `birth` tells it from a later owner of its pid; `log_offset` is where its output begins in the log.
    """

    pid: int
    birth: str
    program: str
    log_offset: int = 0

    def is_alive(self) -> bool:
        """Return whether it still runs (a process that nobody has waited for yet does not)."""
        return look_up(self.pid) is not None and _birth(self.pid) == self.birth

    def uptime_seconds(self) -> float:
        """Return how long ago it was started."""
        process = look_up(self.pid)
        return 0.0 if process is None else max(0.0, time.time() - process.create_time())

    def family(self) -> list[psutil.Process]:
        """Return the controller, its workers, and workers that outlived it."""
        return [process for pid in psutil.pids() if _session(pid) == self.pid and (process := look_up(pid))]

    def is_suspended(self) -> bool:
        """Return whether somebody has stopped any of its processes."""
        return any(is_suspended(each) for each in self.family())

    def rss_bytes(self) -> int:
        """Return the resident memory of all its processes together."""
        total = 0
        for process in self.family():
            with suppress(psutil.Error):
                total += process.memory_info().rss
        return total


def of_child(pid: int, program: str, log_offset: int) -> RouterProcess:
    """Return a child of this process that nobody has waited for yet; it may have ended already."""
    return RouterProcess(pid, _birth(pid), program, log_offset)


def record(config_dir: Path, process: RouterProcess) -> None:
    """Remember which process was started for a node directory."""
    temporary = config_dir / f"{RECORD_NAME}.new"
    temporary.write_text(json.dumps(asdict(process)), encoding="utf-8")
    temporary.replace(config_dir / RECORD_NAME)


def find(config_dir: Path) -> RouterProcess | None:
    """Return the living router of a node directory, whoever started it."""
    for candidate in (_recorded(config_dir), _from_node_pid(config_dir)):
        if candidate is not None and candidate.is_alive():
            return candidate
    return None


def last_recorded(config_dir: Path) -> RouterProcess | None:
    """Return the router that was last started for a node directory, dead or alive."""
    return _recorded(config_dir)


def leftovers(config_dir: Path, socket: Path) -> list[Path]:
    """Return what a router that no longer lives has left behind."""
    return [path for path in (config_dir / RECORD_NAME, config_dir / NODE_PID_NAME, socket) if path.exists()]


def end(process: RouterProcess, patience_seconds: float, kill_seconds: float) -> list[int]:
    """End a router: SIGTERM, then SIGKILL to whatever is left; return the pids that outlived even that."""
    family = process.family()
    for each in family:
        # A suspended worker would neither hear nor be heard.
        with suppress(psutil.NoSuchProcess):
            each.resume()
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
    left = wait_until_gone(family, patience_seconds)
    return kill(process, kill_seconds) if left else []


def kill(process: RouterProcess, seconds: float) -> list[int]:
    """SIGKILL the router's processes and wait until they are gone; return the pids that are not."""
    family = process.family()
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    return [each.pid for each in wait_until_gone(family, seconds)]


def _recorded(config_dir: Path) -> RouterProcess | None:
    facts = _json(config_dir / RECORD_NAME)
    try:
        return RouterProcess(**facts)
    except TypeError:
        return None


def _from_node_pid(config_dir: Path) -> RouterProcess | None:
    """Read crossbar's own pid file, which holds no time: the file's own must do."""
    path = config_dir / NODE_PID_NAME
    pid = _json(path).get("pid")
    process = look_up(pid) if isinstance(pid, int) else None
    if process is None:
        return None
    try:
        older_than_file = process.create_time() < path.stat().st_mtime + _CLOCK_SECONDS
        command = process.cmdline()
    except (psutil.Error, OSError):
        return None
    is_crossbar = any("crossbar" in word for word in command[:2])
    return (
        RouterProcess(process.pid, _birth(process.pid), command[0])
        if is_crossbar and older_than_file
        else None
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _birth(pid: int) -> str:
    """Return what no other process has or will have, however the clock is set: boot and ticks since then."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # The second field is the program's name in brackets, which may hold anything.
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
        return f"{boot} {fields[_START_TICKS]}"
    except OSError:
        return _birth_without_proc(pid)


def _birth_without_proc(pid: int) -> str:
    try:
        return str(psutil.Process(pid).create_time())
    except psutil.Error:
        return ""


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1
