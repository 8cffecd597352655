"""The files that say which process runs which agent, so that a new HostMaster finds the agents of the old."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PidRecord:
    """One agent's process. `create_time` and `started` are unix seconds.

    `create_time` is the process's, as psutil gives it. `start_ticks` counts the kernel's clock ticks since
    the machine booted, which no correction of the clock changes; None where there is no /proc.
    """

    pid: int
    create_time: float
    instance_id: str
    agent_class: str
    site_file: str
    boot_id: str
    started: float
    start_ticks: int | None = None


def describe(
    pid: int,
    instance_id: str,
    agent_class: str,
    site_file: str,
    boot_id: str = "",
    started: float | None = None,
) -> PidRecord:
    """Return the record of a process that lives; raises psutil.NoSuchProcess."""
    created = create_time(pid)
    return PidRecord(
        pid=pid,
        create_time=created,
        instance_id=instance_id,
        agent_class=agent_class,
        site_file=site_file,
        boot_id=boot_id,
        started=created if started is None else started,
        start_ticks=start_ticks(pid),
    )


def path_of(log_dir: Path, instance_id: str) -> Path:
    """Return where an agent's record is."""
    return log_dir / "run" / f"{instance_id}.json"


def write(path: Path, record: PidRecord) -> None:
    """Write a record; a reader sees either the old one or all of the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(record), file)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> PidRecord | None:
    """Return the record in a file; None when there is none, or none that makes sense."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return PidRecord(**fields)
    except (OSError, ValueError, TypeError):
        return None


def remove(path: Path, pid: int | None = None) -> None:
    """Remove the record of this process (or of `pid`); another process's record stays."""
    record = read(path)
    if record is not None and record.pid == (os.getpid() if pid is None else pid):
        path.unlink(missing_ok=True)


def is_alive(record: PidRecord) -> bool:
    """Return whether the process of a record still runs, rather than another with the same number."""
    import psutil

    try:
        process = psutil.Process(record.pid)
        # A process is a zombie as soon as its first thread is; its others may still hold sockets.
        if process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1:
            return False
        ticks = start_ticks(record.pid)
        if ticks is not None and record.start_ticks is not None:
            return ticks == record.start_ticks
        return abs(process.create_time() - record.create_time) < 1.0
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def create_time(pid: int) -> float:
    """Return when a process was created, in unix seconds, as psutil gives it."""
    import psutil

    return psutil.Process(pid).create_time()


def start_ticks(pid: int) -> int | None:
    """Return when a process started, in clock ticks since the machine booted."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field is the program's name in parentheses and may hold anything.
    return int(text.rpartition(")")[2].split()[19])
