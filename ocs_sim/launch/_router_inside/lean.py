"""What keeps crossbar small.

crossbar imports a blockchain library, an HTTP client, numpy and a code formatter, whether or not the node
uses them: half of its start-up time and a third of its memory. The private environment leaves them out. Their
names can still be imported, and whatever is taken from them fails with a clear message when it is called.
This file uses the standard library alone.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

ABSENT = frozenset(
    {
        *("argon2", "cfxdb", "ckzg", "docker", "ens", "eth_abi", "eth_keyfile", "flask", "hkdf", "mnemonic"),
        *("multihash", "numpy", "passlib", "requests", "treq", "txtorcon", "web3", "werkzeug", "yapf"),
    }
)


class _AbsentType(type):
    """A class that can be named, inherited from and written in a type hint, but not used."""

    def __getattr__(cls, name: str) -> Any:
        return _take(cls.__qualname__, name)

    def __call__(cls, *arguments: Any, **_: Any) -> Any:
        # xbr formats some constants with this while it is imported; nothing here reads them.
        if cls.__qualname__ == "web3.Web3.toChecksumAddress":
            return arguments[0]
        raise ImportError(
            f"{cls.__qualname__} is left out of this router's environment;"
            " install crossbar yourself and name it in OBSBOW_CROSSBAR"
        )

    def __or__(cls, _: Any) -> Any:
        return cls

    def __ror__(cls, _: Any) -> Any:
        return cls

    def __getitem__(cls, _: Any) -> Any:
        return cls


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return _take(self.__name__, name)


def _take(owner: str, name: str) -> Any:
    # Python looks for special names to learn what a thing can do; an absent one can do nothing.
    if name.startswith("__"):
        raise AttributeError(name)
    return _AbsentType(f"{owner}.{name}", (), {"__module__": "absent"})


class _AbsentFinder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Return a module for the names in ABSENT and for all below them."""
        absent = fullname.partition(".")[0] in ABSENT
        return ModuleSpec(fullname, self, is_package=True) if absent else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return a module in which every name is absent."""
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is no code."""


def install() -> None:
    """Make the absent packages importable; those that are installed after all come first."""
    # Python may read a .pth file twice: lib64 is a second name of lib.
    if not any(type(finder).__name__ == _AbsentFinder.__name__ for finder in sys.meta_path):
        sys.meta_path.append(_AbsentFinder())
