"""The content of a YAML file with the place of everything in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ocs_sim.site._faults import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value: as YAML reads it, and as it is written (after `${NAME}` was filled in).

    A broken one has its fault noted already, so whoever meets it says nothing more.
    """

    place: Place
    value: object
    text: str
    filled_in: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, and its value."""

    place: Place
    value: Tree


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping of text to values."""

    place: Place
    entries: dict[str, Entry] = field(default_factory=dict)


Tree: TypeAlias = Scalar | Sequence | Mapping


def is_null(tree: Tree) -> bool:
    """Return whether nothing is written there, or `null`."""
    return isinstance(tree, Scalar) and tree.value is None and not tree.broken


def kind_of(tree: Tree) -> str:
    """Return what something is, in words that fit after `must be text, not`."""
    if isinstance(tree, Mapping):
        return "a mapping"
    if isinstance(tree, Sequence):
        return "a list"
    return _KIND_OF_VALUE.get(type(tree.value), "a date")


def describe(scalar: Scalar) -> str:
    """Return what YAML makes of a value, in words that fit after `YAML reads`."""
    return "nothing" if scalar.value is None else f"{scalar.text!r} as {kind_of(scalar)}"


_KIND_OF_VALUE: dict[type, str] = {
    type(None): "nothing",
    bool: "a yes/no value",
    int: "a number",
    float: "a number",
    str: "text",
}
