"""What must hold between the agents of a site, beyond each key on its own."""

from __future__ import annotations

from collections.abc import Iterator

from ocs_sim.site._expand import entered
from ocs_sim.site._faults import Faults, nearest
from ocs_sim.site._models import Manage
from ocs_sim.site._sections import Read

_HOST_MASTERS = frozenset({"HostMaster", "HostManager", "HostMasterAgent", "HostManagerAgent"})
_DOCKER = frozenset({Manage.DOCKER_UP, Manage.DOCKER_DOWN})


def check_agents(root: Read, faults: Faults) -> None:
    """Note what is wrong between the agents."""
    _check_ids(root, faults)
    _check_sites(root, faults)
    _check_dependencies(root, faults)
    for host in root.get("hosts", {}).values():
        _check_host_masters(host, faults)
        _check_process_groups(host, faults)


def instances(root: Read) -> Iterator[tuple[str, Read]]:
    """Yield the name of the host and the agent, for each agent of the site."""
    for name, host in root.get("hosts", {}).items():
        for instance in host.get("agent-instances", ()):
            yield name, instance


def _check_ids(root: Read, faults: Faults) -> None:
    first: dict[str, tuple[str, Read]] = {}
    for host, instance in instances(root):
        name = instance.get("instance-id")
        if name is None:
            continue
        earlier_host, earlier = first.setdefault(name, (host, instance))
        if earlier is instance:
            continue
        place, line = instance.at("instance-id"), earlier.at("instance-id").line
        if earlier_host == host:
            faults.error(
                place, f"The instance-id {name!r} is already at line {line}: give each agent its own."
            )
        else:
            message = f"The instance-id {name!r} is also on host {earlier_host!r}, at line {line}"
            faults.warning(place, f"{message}: run only one of them.")


def _check_sites(root: Read, faults: Faults) -> None:
    own = root.get("site")
    known = [*([own.get("code")] if own else []), *(each.code for each in entered(root))]
    for _, instance in instances(root):
        named = instance.get("site")
        if named and named.text not in known:
            message = f"There is no observatory {named.text!r} in this file."
            faults.error(named.place, message, nearest(named.text, known))


def _check_dependencies(root: Read, faults: Faults) -> None:
    agents = {agent.get("instance-id"): agent for _, agent in instances(root) if agent.get("instance-id")}
    needs: dict[str, tuple[str, ...]] = {}
    for name, agent in agents.items():
        wanted = agent.get("depends-on", ())
        needs[name] = tuple(need.text for need in wanted if need.text in agents)
        for need in wanted:
            if need.text not in agents:
                message = f"{name!r} depends on {need.text!r}, which is no agent of this site."
                faults.error(need.place, message, nearest(need.text, agents))
    for circle in _circles(needs):
        way = " -> ".join(circle)
        message = f"{circle[0]!r} waits for itself ({way}): remove one of these from a depends-on."
        faults.error(agents[circle[0]].at("depends-on"), message)


def _circles(needs: dict[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Yield a circle for each group of agents that wait for each other."""
    done: set[str] = set()
    for start in needs:
        path: list[str] = []
        branches = [iter((start,))]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                yield [*path[path.index(name) :], name]
            elif name not in done:
                path.append(name)
                branches.append(iter(needs[name]))


def _check_host_masters(host: Read, faults: Faults) -> None:
    masters = [
        agent for agent in host.get("agent-instances", ()) if agent.get("agent-class") in _HOST_MASTERS
    ]
    for extra in masters[1:]:
        line = masters[0].at("agent-class").line
        message = (
            f"The host already has a HostMaster, at line {line}: two would start every agent twice; keep one."
        )
        faults.error(extra.at("agent-class"), message)


def _check_process_groups(host: Read, faults: Faults) -> None:
    first: dict[str, Read] = {}
    for agent in host.get("agent-instances", ()):
        group = agent.get("process-group")
        if group is None:
            continue
        place = agent.at("process-group")
        if agent.get("agent-class") in _HOST_MASTERS:
            faults.error(
                place, "HostMaster starts the other processes and cannot share one: remove its process-group."
            )
        elif agent.get("manage") in _DOCKER:
            faults.error(place, "An agent in docker has a process of its own: remove its process-group.")
        elif first.setdefault(group, agent).get("env", {}) != agent.get("env", {}):
            line = first[group].at("process-group").line
            message = (
                f"One process has one environment, but the env of this agent of group {group!r} is not "
                f"that of the agent at line {line}: make them equal, or give it another group."
            )
            faults.error(place, message)
