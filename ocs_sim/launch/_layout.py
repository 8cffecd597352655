"""One host of an observatory: its site file, its router, its agents and where they write."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocs_sim import site as sites
from ocs_sim.launch._errors import NoHostMaster, UnknownInstances
from ocs_sim.site import AgentInstance, Host, Manage, Site

HOST_MASTER_CLASSES = ("HostMaster", "HostManager")


@dataclass(frozen=True)
class Layout:
    """A host of a site, as the launcher sees it."""

    site: Site
    host: Host

    @property
    def run_dir(self) -> Path:
        """The directory that holds the agents' pid files."""
        return self.host.log_dir / "run"

    @property
    def instances(self) -> tuple[AgentInstance, ...]:
        """The agents that are not ignored, the HostMaster first."""
        everyone = sorted(self.host.instances, key=lambda each: not is_host_master(each))
        return tuple(each for each in everyone if each.manage is not Manage.IGNORE or is_host_master(each))

    @property
    def host_master(self) -> AgentInstance:
        """The HostMaster of this host; raises NoHostMaster."""
        for instance in self.instances:
            if is_host_master(instance):
                return instance
        raise NoHostMaster(path=self.site.path, host=self.host.name)

    def address(self, instance_id: str) -> str:
        """Return the address of an agent."""
        return f"{self.host.hub.address_root}.{instance_id}"

    def process_name(self, instance_id: str) -> str:
        """Return the name of the process that an agent lives in: its own, or its process-group's."""
        groups = {each.instance_id: each.process_group for each in self.instances}
        group = groups.get(instance_id)
        return f"group-{group}" if group else instance_id

    def choose(self, names: Iterable[str]) -> tuple[AgentInstance, ...]:
        """Return the named instances, all of them for no name; raises UnknownInstances.

        The code of a site stands for all of its agents, unless an agent is called so.
        """
        known = {each.instance_id: each for each in self.instances}
        wanted = [each for name in names for each in self._meant(name)]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            near = [match for name in unknown for match in difflib.get_close_matches(name, known, n=1)]
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise UnknownInstances(names=", ".join(map(repr, unknown)), hint=hint, known=", ".join(known))
        return tuple(known[name] for name in dict.fromkeys(wanted)) if wanted else self.instances

    def _meant(self, name: str) -> list[str]:
        ids = [each.instance_id for each in self.instances]
        of_site = [each.instance_id for each in self.instances if each.site_code == name and name not in ids]
        return of_site or [name]

    def with_companions(self, instances: Sequence[AgentInstance]) -> tuple[AgentInstance, ...]:
        """Return also those in the same processes: a process-group starts and stops as one."""
        names = {each.instance_id for each in instances}
        groups = {each.process_group for each in instances} - {None}
        chosen = (
            each for each in self.instances if each.instance_id in names or each.process_group in groups
        )
        return tuple(chosen)

    def with_dependencies(self, instances: Sequence[AgentInstance]) -> tuple[AgentInstance, ...]:
        """Return also those that must be up before these can start, and theirs."""
        known = {each.instance_id: each for each in self.instances}
        chosen = {each.instance_id: each for each in self.with_companions(instances)}
        while more := {
            name: known[name]
            for each in chosen.values()
            for name in each.depends_on
            if name in known and name not in chosen
        }:
            chosen = {
                each.instance_id: each for each in self.with_companions([*chosen.values(), *more.values()])
            }
        return tuple(each for each in self.instances if each.instance_id in chosen)


def is_host_master(instance: AgentInstance) -> bool:
    """Return whether this instance looks after the others."""
    return instance.agent_class in HOST_MASTER_CLASSES


def open_layout(site_file: Path | None, site_host: str | None) -> Layout:
    """Find and load the site file, and choose the host."""
    path = sites.find_site_file(site_file, environ=os.environ, cwd=Path.cwd())
    site = sites.load(path)
    return Layout(site, site.host(site_host))
