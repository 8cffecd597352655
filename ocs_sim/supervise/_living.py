"""The agents that live, by their pid files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.agent import pidfile
from ocs_sim.supervise._ports import Handle, ProcessSpec


@dataclass(frozen=True)
class Living:
    """A process that lives, and the agents in it with their classes."""

    handle: Handle
    classes: dict[str, str]

    def is_what(self, spec: ProcessSpec) -> bool:
        """Return whether these are exactly the agents of `spec`."""
        return self.classes == {member.instance_id: member.agent_class for member in spec.members}


def find_living(run_dir: Path) -> list[Living]:
    """Return the processes that the pid files name and that live; stale pid files are removed."""
    found: dict[int, Living] = {}
    for path in sorted(run_dir.glob("*.json")):
        record = pidfile.read(path)
        if record is None:
            continue
        if pidfile.is_alive(record):
            process = found.setdefault(record.pid, Living(Handle(record.pid, record.create_time), {}))
            process.classes[record.instance_id] = record.agent_class
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return list(found.values())


def remove_records(run_dir: Path, instance_ids: Iterable[str], handle: Handle) -> None:
    """Remove the pid files that a process which is gone has left."""
    for instance_id in instance_ids:
        pidfile.remove(run_dir / f"{instance_id}.json", handle.pid)


def write_records(run_dir: Path, spec: ProcessSpec, handle: Handle) -> None:
    """Write the pid files of a process that has just been started, unless it has already done so itself.

    Until an agent has got so far, and for good with an agent of OCS, these are how the next HostMaster
    finds it.
    """
    for member in spec.members:
        path = run_dir / f"{member.instance_id}.json"
        record = pidfile.describe(handle.pid, member.instance_id, member.agent_class, spec.site_file)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        pidfile.write(draft, record)
        known = pidfile.read(path)
        if known is None or known.pid != handle.pid:
            path.unlink(missing_ok=True)
        # Linking, unlike renaming, does not replace what the agent may have written meanwhile.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
