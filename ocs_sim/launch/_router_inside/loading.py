"""Changing a module of crossbar's once it is loaded, and not loading it for that."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

Change = Callable[[Any], None]


class _ChangingLoader(Loader):
    def __init__(self, loader: Any, changes: list[Change]) -> None:
        self._loader = loader
        self._changes = changes

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        for change in self._changes:
            change(module)


class _ChangingFinder(MetaPathFinder):
    def __init__(self) -> None:
        self.changes: dict[str, list[Change]] = {}

    def find_spec(self, fullname: str, path: Any = None, *_: Any) -> ModuleSpec | None:
        """Find a module as ever, and have it changed once it is loaded."""
        spec = PathFinder.find_spec(fullname, path) if fullname in self.changes else None
        if spec is not None:
            spec.loader = _ChangingLoader(spec.loader, self.changes[fullname])
        return spec


_finder = _ChangingFinder()


def when_loaded(name: str, change: Change) -> None:
    """Have `change(module)` called as soon as the module of this name is loaded, once."""
    # Python may read a .pth file twice: lib64 is a second name of lib.
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    changes = _finder.changes.setdefault(name, [])
    if change not in changes:
        changes.append(change)
