"""The processes of a host's agents, found by their pid files and by their command lines.

Pid files can be deleted and site files be edited while agents run; how a process was started stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

from ocs_sim.agent import pidfile
from ocs_sim.launch._layout import HOST_MASTER_CLASSES, Layout, is_host_master
from ocs_sim.launch._processes import is_gone
from ocs_sim.site import Manage

_PROGRAMS = ("ocs_sim.agent", "ocs.agent_cli")
# Only `obsbow up` says this on a command line, and only to a HostMaster.
_HOST_MASTER_OPTION = "--initial-state"


@dataclass(frozen=True)
class Running:
    """A process that lives and the agents in it."""

    process: psutil.Process
    instance_ids: tuple[str, ...]
    is_host_master: bool

    @property
    def name(self) -> str:
        """What people call it."""
        return "+".join(self.instance_ids)


def living_process(layout: Layout, instance_id: str) -> psutil.Process | None:
    """Return the process in an agent's pid file, or None when it does not live."""
    return _process_of(pidfile.read(pidfile.path_of(layout.host.log_dir, instance_id)))


def find_running(layout: Layout) -> list[Running]:
    """Return every process that runs agents of this host, also agents that the site file has no more.

    Agents that the site file leaves to people (`manage: ignore`) are not among them.
    """
    found: dict[int, Running] = {}
    for running in (*_by_pid_file(layout), *_by_command_line(layout)):
        known = found.get(running.process.pid)
        if known is not None:
            ids = tuple(dict.fromkeys(known.instance_ids + running.instance_ids))
            either = known.is_host_master or running.is_host_master
            found[running.process.pid] = Running(known.process, ids, either)
        elif not is_gone(running.process):
            found[running.process.pid] = running
    return list(found.values())


def _by_pid_file(layout: Layout) -> Iterator[Running]:
    for instance in layout.instances:
        record = pidfile.read(pidfile.path_of(layout.host.log_dir, instance.instance_id))
        process = _process_of(record)
        if record is not None and process is not None:
            was_host_master = record.agent_class in HOST_MASTER_CLASSES
            yield Running(process, (instance.instance_id,), was_host_master or is_host_master(instance))


def _process_of(record: pidfile.PidRecord | None) -> psutil.Process | None:
    if record is None or not pidfile.is_alive(record):
        return None
    try:
        return psutil.Process(record.pid)
    except psutil.NoSuchProcess:
        return None


def _by_command_line(layout: Layout) -> Iterator[Running]:
    left_to_people = {each.instance_id for each in layout.host.instances if each.manage is Manage.IGNORE}
    left_to_people -= {each.instance_id for each in layout.instances}
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        ids = _agents_in(words, layout)
        if ids and not left_to_people.intersection(ids):
            yield Running(process, ids, _HOST_MASTER_OPTION in words)


def _agents_in(words: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """Return the instance-ids on the command line of a process that runs agents of this host."""
    if not any(first == "-m" and second in _PROGRAMS for first, second in pairwise(words)):
        return ()
    if _values(words, "--site-host") != (layout.host.name,):
        return ()
    site_files = _values(words, "--site-file")
    if len(site_files) != 1 or Path(site_files[0]).resolve() != layout.site.path.resolve():
        return ()
    return _values(words, "--instance-id")


def _values(words: Sequence[str], option: str) -> tuple[str, ...]:
    return tuple(after for word, after in pairwise(words) if word == option)
