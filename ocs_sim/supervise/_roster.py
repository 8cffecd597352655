"""From the site file to the children that it asks for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from ocs_sim.errors import ObservatoryError
from ocs_sim.site import AgentInstance, Host, Manage, Site
from ocs_sim.supervise._order import find_cycles
from ocs_sim.supervise._policy import ORDINARY, PATIENT, Policy
from ocs_sim.supervise._ports import Member, ProcessSpec
from ocs_sim.supervise._states import Target

_DOCKER = {Manage.DOCKER_UP, Manage.DOCKER_DOWN}
_UP = {Manage.HOST_UP, Manage.DOCKER_UP}


class Runner(Enum):
    """The programs that run agents; the value is the module for `python -m`."""

    OURS = "ocs_sim.agent"
    OCS = "ocs.agent_cli"


class ClassLookup(Protocol):
    """Finds out which program runs a class of agents."""

    def __call__(self, agent_class: str, agent_paths: Sequence[Path]) -> Runner:
        """Return the program; raises ObservatoryError, which says what to do, for a class nobody has."""
        ...


@dataclass(frozen=True)
class Child:
    """One child process that the site file asks for.

    `depends_on` are instance-ids outside the process. `problem` says why it cannot be started.
    """

    spec: ProcessSpec
    target: Target
    depends_on: tuple[str, ...] = ()
    process_group: str | None = None
    class_suffix: str = ""
    problem: str | None = None
    policy: Policy = ORDINARY

    def is_same_as(self, other: Child) -> bool:
        """Return whether this is the same child, if perhaps with other options."""
        return self._identity() == other._identity()

    def _identity(self) -> tuple[object, ...]:
        return (
            self.spec.name,
            self.class_suffix,
            [(member.instance_id, member.agent_class) for member in self.spec.members],
        )


def plan_children(
    site: Site, host: Host, lookup: ClassLookup, *, own: str, marker: Mapping[str, str]
) -> list[Child]:
    """Return the children of a host, in the order of the site file.

    `own` is HostMaster's own instance-id; `marker` is laid into every child's environment.
    """
    groups: dict[str, list[AgentInstance]] = {}
    for instance in host.instances:
        if instance.manage is not Manage.IGNORE and not is_host_master(instance, own):
            groups.setdefault(_process_name(instance), []).append(instance)
    planner = _Planner(site, host, lookup, marker, find_cycles(_dependencies(host.instances)))
    return [planner.plan(name, members) for name, members in groups.items()]


def is_host_master(instance: AgentInstance, own: str) -> bool:
    """Return whether this is a HostMaster, which never is its own child, nor another's."""
    return instance.instance_id == own or instance.agent_class in ("HostMaster", "HostManager")


def _process_name(instance: AgentInstance) -> str:
    return f"group-{instance.process_group}" if instance.process_group else instance.instance_id


@dataclass(frozen=True)
class _Planner:
    site: Site
    host: Host
    lookup: ClassLookup
    marker: Mapping[str, str]
    cycles: Mapping[str, tuple[str, ...]]

    def plan(self, name: str, instances: Sequence[AgentInstance]) -> Child:
        runner, problem = self._find_runner(instances)
        members = tuple(Member(each.instance_id, each.agent_class, each.arguments) for each in instances)
        docker = any(each.manage in _DOCKER for each in instances)
        return Child(
            spec=self._spec(name, instances, members, runner),
            target=Target.UP if any(each.manage in _UP for each in instances) else Target.DOWN,
            depends_on=_depends_on(instances),
            process_group=instances[0].process_group,
            class_suffix="[d?]" if docker else "",
            problem=self._find_problem(instances, docker=docker) or problem,
            policy=PATIENT if runner is Runner.OCS else ORDINARY,
        )

    def _spec(
        self, name: str, instances: Sequence[AgentInstance], members: tuple[Member, ...], runner: Runner
    ) -> ProcessSpec:
        environment = dict(self.host.environment)
        for each in instances:
            environment |= each.environment
        command = self._command(members, runner)
        environment |= self.marker
        return ProcessSpec(name, members, command, environment, self.site.home, str(self.site.path))

    def _find_problem(self, instances: Sequence[AgentInstance], *, docker: bool) -> str | None:
        if docker:
            return "it is managed by docker, which HostMaster leaves alone"
        way = self.cycles.get(_process_name(instances[0]))
        return f"it depends on itself: {' -> '.join(way)}" if way else None

    def _find_runner(self, instances: Sequence[AgentInstance]) -> tuple[Runner, str | None]:
        try:
            runners = {self.lookup(each.agent_class, self.host.agent_paths) for each in instances}
        except ObservatoryError as error:
            return Runner.OURS, str(error)
        if len(instances) > 1 and Runner.OCS in runners:
            return Runner.OCS, "agents that OCS runs cannot share a process: remove their process-group"
        return runners.pop(), None

    def _command(self, members: Sequence[Member], runner: Runner) -> tuple[str, ...]:
        command = [sys.executable, "-m", runner.value]
        command += ["--site-file", str(self.site.path), "--site-host", self.host.name]
        for member in members:
            command += ["--instance-id", member.instance_id]
        if runner is Runner.OCS:
            command += ["--working-dir", str(self.site.home)]
        return tuple(command)


def _dependencies(instances: Sequence[AgentInstance]) -> dict[str, list[str]]:
    names = {each.instance_id: _process_name(each) for each in instances}
    graph: dict[str, list[str]] = {name: [] for name in names.values()}
    for each in instances:
        after = (names.get(before, before) for before in each.depends_on)
        graph[names[each.instance_id]] += [name for name in after if name != names[each.instance_id]]
    return graph


def _depends_on(instances: Sequence[AgentInstance]) -> tuple[str, ...]:
    inside = {each.instance_id for each in instances}
    wanted = (after for each in instances for after in each.depends_on)
    return tuple(dict.fromkeys(after for after in wanted if after not in inside))
