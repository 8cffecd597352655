"""Which agent classes there are: installed ones, those in the site's `agent-paths`, and OCS's own."""

from __future__ import annotations

import difflib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from ocs_sim.agent._agent import Agent
from ocs_sim.agent._errors import BadAgentModule, UnknownAgentClass

GROUP = "ocs_sim.agents"
OCS_GROUP = "ocs.plugins"
AgentClass: TypeAlias = type[Agent[Any]]
_HOST_MASTER = "HostMaster"


@dataclass(frozen=True)
class ClassInfo:
    """One agent class: its names, where it comes from, and its first line of documentation.

    `runner` is the module for `python -m` that runs it; `fault` says why it cannot be loaded.
    """

    name: str
    aliases: tuple[str, ...]
    origin: str
    summary: str = ""
    runner: str = "ocs_sim.agent"
    fault: str | None = None


@dataclass(frozen=True)
class LazyOptions:
    """Checks the options of a class that is loaded only when it must be."""

    name: str
    agent_paths: tuple[Path, ...]

    def check(self, tokens: list[str]) -> list[str]:
        """Return a sentence for each thing that is wrong with the words of a command line."""
        try:
            return find_class(self.name, self.agent_paths).Options.check(tokens)
        except (BadAgentModule, UnknownAgentClass) as fault:
            return [str(fault)]


def find_class(name: str, agent_paths: Sequence[Path] = ()) -> AgentClass:
    """Return the class that a site file calls `name`.

    Raises UnknownAgentClass, with the nearest name, and BadAgentModule when its module cannot be loaded.
    """
    for candidate in _spellings(name):
        if candidate in _installed():
            return _load_installed(_installed()[candidate])
    for path in _modules(agent_paths):
        # Other modules of the directory need not even be loadable.
        if name in path.read_text(encoding="utf-8", errors="replace"):
            for found in _classes_in(_load_file(path)):
                if name in (found.__name__, *found.aliases):
                    return found
    raise UnknownAgentClass(name=name, hint=_hint(name, agent_paths))


def find_runner(name: str, agent_paths: Sequence[Path] = ()) -> str:
    """Return the module for `python -m` that runs agents of a class; raises what find_class raises."""
    try:
        find_class(name, agent_paths)
    except UnknownAgentClass:
        if name not in ocs_classes():
            raise
        return "ocs.agent_cli"
    return "ocs_sim.agent"


def all_classes(agent_paths: Sequence[Path] = ()) -> dict[str, ClassInfo]:
    """Return every agent class by name, also those that cannot be loaded, which say why."""
    found: dict[str, ClassInfo] = {}
    for name in sorted(_installed()):
        found[name] = _describe_installed(name)
    for path in _modules(agent_paths):
        for info in _describe_file(path):
            found.setdefault(info.name, info)
    for name in ocs_classes():
        found.setdefault(name, ClassInfo(name, (), "OCS", "Run by OCS itself.", "ocs.agent_cli"))
    return found


def known_classes(agent_paths: Sequence[Path] = ()) -> Mapping[str, LazyOptions | None]:
    """Return what checks the options of each class, under each of its names; None for OCS's own."""
    paths = tuple(agent_paths)
    known: dict[str, LazyOptions | None] = dict.fromkeys(ocs_classes())
    for name in _installed():
        known |= {each: LazyOptions(name, paths) for each in (name, *_other_spellings(name))}
    for path in _modules(paths):
        for info in _describe_file(path):
            known |= {each: LazyOptions(info.name, paths) for each in (info.name, *info.aliases)}
    return known


@cache
def ocs_classes() -> tuple[str, ...]:
    """Return the classes that OCS and its plugins offer, when OCS is installed beside us."""
    names: list[str] = []
    for plugin in entry_points(group=OCS_GROUP):
        try:
            names += plugin.load().agents
        except Exception:  # noqa: S112 - a broken plugin of somebody else's offers no classes
            continue
    return tuple(dict.fromkeys(names))


@cache
def _installed() -> Mapping[str, EntryPoint]:
    return {each.name: each for each in entry_points(group=GROUP)}


def _spellings(name: str) -> tuple[str, ...]:
    return (name, _HOST_MASTER) if name == "HostManager" else (name, f"{name}Agent")


def _other_spellings(name: str) -> tuple[str, ...]:
    return ("HostManager",) if name == _HOST_MASTER else (name.removesuffix("Agent"),)


def _load_installed(entry: EntryPoint) -> AgentClass:
    try:
        loaded: AgentClass = entry.load()
    except Exception as fault:
        raise BadAgentModule(path=entry.value, fault=f"{type(fault).__name__}: {fault}") from fault
    return loaded


def _modules(agent_paths: Iterable[Path]) -> Iterator[Path]:
    for path in agent_paths:
        if path.is_dir():
            yield from sorted(each for each in path.glob("*.py") if not each.name.startswith(("_", "test_")))
        elif path.suffix == ".py" and path.exists():
            yield path


def _load_file(path: Path) -> ModuleType:
    digest = sha256(str(path.resolve()).encode()).hexdigest()[:8]
    name = f"site_agents_{digest}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BadAgentModule(path=path, fault="it is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        # Last, so that nothing in it hides an installed package.
        sys.path.append(str(path.parent))
    try:
        spec.loader.exec_module(module)
    except BaseException as fault:
        del sys.modules[name]
        raise BadAgentModule(path=path, fault=f"{type(fault).__name__}: {fault}") from fault
    return module


def _classes_in(module: ModuleType) -> list[AgentClass]:
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Agent) and each.__module__ == module.__name__
    ]


def _describe_installed(name: str) -> ClassInfo:
    entry = _installed()[name]
    origin = entry.dist.name if entry.dist else entry.module
    try:
        return _describe(_load_installed(entry), name, origin)
    except BadAgentModule as fault:
        return ClassInfo(name, _other_spellings(name), origin, fault=str(fault))


def _describe_file(path: Path) -> list[ClassInfo]:
    try:
        return [_describe(each, each.__name__, str(path)) for each in _classes_in(_load_file(path))]
    except BadAgentModule as fault:
        return [ClassInfo(path.stem, (), str(path), fault=str(fault))]


def _describe(found: AgentClass, name: str, origin: str) -> ClassInfo:
    summary = (found.__doc__ or "").strip().partition("\n")[0]
    aliases = tuple(each for each in found.aliases if each != name)
    return ClassInfo(name, aliases, origin, summary)


def _hint(name: str, agent_paths: Sequence[Path]) -> str:
    described = [info for path in _modules(agent_paths) for info in _describe_file(path)]
    names = [
        *_installed(),
        *(each for info in described if not info.fault for each in (info.name, *info.aliases)),
    ]
    near = difflib.get_close_matches(name, [*names, *ocs_classes()], n=1)
    broken = "".join(f" ({info.fault})" for info in described if info.fault)
    return broken + (f"; did you mean {near[0]!r}?" if near else ".")
