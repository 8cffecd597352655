"""Which program runs a class of agents, found out without loading any agent.

A HostMaster lives for months. It must not carry numpy because one of its children does, nor die of what
a child's module does when it is imported. So modules in `agent-paths` are parsed and not run.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from ocs_sim.agent import BadAgentModule, UnknownAgentClass, catalogue
from ocs_sim.supervise._roster import Runner


def find_runner(agent_class: str, agent_paths: Sequence[Path] = ()) -> Runner:
    """Return the program that runs agents of a class.

    Raises UnknownAgentClass, with the nearest name, and BadAgentModule for a file that is no Python.
    """
    installed = {entry.name for entry in entry_points(group=catalogue.GROUP)}
    if installed.intersection(_spellings(agent_class)):
        return Runner.OURS
    written = dict(_written_in(agent_paths))
    if agent_class in written:
        return Runner.OURS
    if agent_class in catalogue.ocs_classes():
        return Runner.OCS
    for fault in written.values():
        if fault is not None:
            raise BadAgentModule(path=fault.filename, fault=f"line {fault.lineno}: {fault.msg}")
    near = difflib.get_close_matches(agent_class, [*installed, *written, *catalogue.ocs_classes()], n=1)
    raise UnknownAgentClass(name=agent_class, hint=f"; did you mean {near[0]!r}?" if near else ".")


def _spellings(name: str) -> tuple[str, ...]:
    return (name, "HostMaster") if name == "HostManager" else (name, f"{name}Agent")


def _written_in(agent_paths: Iterable[Path]) -> Iterator[tuple[str, SyntaxError | None]]:
    """Yield the names of classes in the files, and for a file that cannot be parsed its path and fault."""
    for path in _files(agent_paths):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"), str(path))
        except SyntaxError as fault:
            yield str(path), fault
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield node.name, None
                yield from ((alias, None) for alias in _aliases(node))


def _files(agent_paths: Iterable[Path]) -> Iterator[Path]:
    for path in agent_paths:
        if path.is_dir():
            yield from sorted(each for each in path.glob("*.py") if not each.name.startswith(("_", "test_")))
        elif path.suffix == ".py" and path.exists():
            yield path


def _aliases(owner: ast.ClassDef) -> Iterator[str]:
    for node in owner.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(each, ast.Name) and each.id == "aliases" for each in targets):
            constants = (each for each in ast.walk(node) if isinstance(each, ast.Constant))
            yield from (each.value for each in constants if isinstance(each.value, str))
