"""Loading a site file, and checking it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

from ocs_sim.site._arguments import place_of
from ocs_sim.site._build import build
from ocs_sim.site._codes import check_codes
from ocs_sim.site._convert import Converter
from ocs_sim.site._cross import check_agents, instances
from ocs_sim.site._errors import SiteFileFaulty
from ocs_sim.site._expand import expand
from ocs_sim.site._faults import Fault, Faults, Place, nearest
from ocs_sim.site._keys import ROOT
from ocs_sim.site._kinds import Invalid
from ocs_sim.site._listening import check_ports
from ocs_sim.site._models import Manage, Site
from ocs_sim.site._paths import absolute, is_there, resolve
from ocs_sim.site._sections import Read
from ocs_sim.site._yaml import read_nodes


class OptionsChecker(Protocol):
    """Knows the options of one agent class."""

    def check(self, tokens: list[str]) -> list[str]:
        """Return a sentence for each thing that is wrong with the words of a command line."""
        ...


KnownClasses: TypeAlias = Mapping[str, OptionsChecker | None]
ClassFinder: TypeAlias = Callable[[tuple[Path, ...]], KnownClasses]


def load(path: Path, *, environ: Mapping[str, str] | None = None) -> Site:
    """Return the site of a file; `environ` fills in `${NAME}` and is the process's own unless given.

    Raises:
        SiteFileFaulty: with every fault of the file, and its line.
    """
    path = absolute(path)
    root, faults = _read(path, environ)
    if root is None or faults.serious:
        found = tuple(faults.listed())
        raise SiteFileFaulty(path=path, listing="\n".join(map(str, found)), faults=found)
    return build(root, path, tuple(faults.listed()))


def check(
    path: Path,
    classes: KnownClasses | ClassFinder | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> list[Fault]:
    """Return every fault of a site file, warnings too, in the order of their lines.

    With `classes`, the agents' classes and options are checked as well: it maps each class to what checks its
    options (None where nobody can), or is a function that finds these, given the file's `agent-paths`.
    """
    path = absolute(path)
    root, faults = _read(path, environ)
    if root is not None and classes is not None:
        paths = _check_agent_paths(root, path, faults)
        _check_classes(root, classes(paths) if callable(classes) else classes, faults)
    return faults.listed()


def _read(path: Path, environ: Mapping[str, str] | None) -> tuple[Read | None, Faults]:
    faults = Faults(path)
    node = read_nodes(path, faults)
    if node is None:
        return None, faults
    environ = os.environ if environ is None else environ
    tree = Converter(faults, environ).convert(node)
    root = ROOT.read(tree, "The site file", faults)
    if isinstance(root, Invalid):
        return None, faults
    expand(root, path, environ, faults)
    check_codes(root, faults)
    check_agents(root, faults)
    check_ports(root, faults)
    return root, faults


def _check_agent_paths(root: Read, path: Path, faults: Faults) -> tuple[Path, ...]:
    paths: dict[Path, None] = {}
    for host in root.get("hosts", {}).values():
        for each in host.get("agent-paths", ()):
            folder = resolve(each.text, path.parent)
            if is_there(folder):
                paths[folder] = None
            else:
                message = f"agent-paths: there is no {folder} on this computer: mend or remove it."
                faults.warning(each.place, message)
    return tuple(paths)


def _check_classes(root: Read, classes: KnownClasses, faults: Faults) -> None:
    for _, agent in instances(root):
        name = agent.get("agent-class")
        if name is None:
            continue
        if name not in classes:
            near = nearest(name, classes)
            hint = "" if near else f" There are {', '.join(sorted(classes))}."
            # What docker or somebody else runs need not be installed here.
            ours = agent.get("manage") in (None, Manage.HOST_UP, Manage.HOST_DOWN)
            note = faults.error if ours else faults.warning
            note(agent.at("agent-class"), f"There is no agent class {name!r} on this computer.{hint}", near)
            continue
        checker = classes[name]
        for message in checker.check(list(agent.get("arguments", ()))) if checker else ():
            faults.error(_place_of(message, agent), message)


def _place_of(message: str, agent: Read) -> Place:
    # What checks options knows no lines, but names first what is wrong.
    tree = agent.trees.get("arguments")
    place = place_of(message.split(maxsplit=1)[0].rstrip(":"), tree) if tree and message else None
    return place or agent.at("arguments")
