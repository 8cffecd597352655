"""Children of an earlier HostMaster that no longer fit the site file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from ocs_sim.supervise._living import Living
from ocs_sim.supervise._policy import PATIENT
from ocs_sim.supervise._ports import Handle, Member, ProcessSpec
from ocs_sim.supervise._roster import Child
from ocs_sim.supervise._states import Target


@dataclass(frozen=True)
class Stray:
    """A living process that is to be brought down."""

    child: Child
    handle: Handle


def find_strays(
    living: Iterable[Living], children: Sequence[Child], marker: Mapping[str, str]
) -> list[Stray]:
    """Return the living processes that stand in a child's way or that nobody wants any more.

    A process stands in the way when it holds an agent of ours, but not exactly as the site file has it.
    One with no agent of ours is a stray only if its environment has the `marker`: a HostMaster started it.
    Whatever else lives there was started by a person, who will have had a reason.
    """
    specs = [child.spec for child in children]
    ours = {member.instance_id for spec in specs for member in spec.members}
    return [
        Stray(_as_child(process), process.handle)
        for process in living
        if process.handle.pid != os.getpid()
        and not any(process.is_what(spec) for spec in specs)
        and (ours.intersection(process.classes) or _is_marked(process.handle, marker))
    ]


def _is_marked(handle: Handle, marker: Mapping[str, str]) -> bool:
    try:
        environment = psutil.Process(handle.pid).environ()
    except psutil.Error:
        return False
    return all(environment.get(name) == value for name, value in marker.items())


def _as_child(process: Living) -> Child:
    members = tuple(Member(name, agent_class) for name, agent_class in process.classes.items())
    name = "+".join(process.classes)
    # Who runs it is not known any more, and patience with the quick costs nothing.
    return Child(ProcessSpec(name, members, (), {}, Path.cwd()), Target.DOWN, policy=PATIENT)
