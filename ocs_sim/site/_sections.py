"""Kinds of values that hold others: lists, mappings of names, and sections of known keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ocs_sim.site._faults import Faults, Place, nearest
from ocs_sim.site._kinds import INVALID, Invalid, Kind, Text
from ocs_sim.site._tree import Entry, Mapping, Scalar, Sequence, Tree, is_null, kind_of


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section: what it holds, what it is for, and what holds without it.

    `ours` marks what OCS does not know.
    """

    name: str
    kind: Kind
    description: str
    required: bool = False
    default: Any = None
    example: Any = None
    aliases: tuple[str, ...] = ()
    obsolete: bool = False
    ours: bool = False
    may_be_empty: bool = False


@dataclass(slots=True)
class Read:
    """A section that was read: the values of the keys that are there and sound, and their places."""

    place: Place
    values: dict[str, Any] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a key's value, or `default`."""
        return self.values.get(name, default)

    def at(self, name: str) -> Place:
        """Return where a key's value is, or else where the section begins."""
        return self.trees[name].place if name in self.trees else self.place


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping of known keys. Keys that begin with `x-` are the writer's own, as for anchors."""

    title: str
    keys: tuple[Key, ...]

    def read(self, tree: Tree, where: str, faults: Faults) -> Read | Invalid:
        """Return what is sound in the section."""
        if not isinstance(tree, Mapping):
            if not (isinstance(tree, Scalar) and tree.broken):
                faults.error(
                    tree.place, f"{where} must be a mapping of `key: value` lines, not {kind_of(tree)}."
                )
            return INVALID
        left = dict(tree.entries)
        read = Read(tree.place)
        missing = [key for key in self.keys if not self._take(key, left, read, where, faults)]
        absent = [key.name for key in missing if key.required]
        for name, entry in left.items():
            if not name.startswith("x-"):
                self._unknown(name, entry, absent, where, faults)
        for name in absent:
            faults.error(tree.place, f"{where} has no {name!r}: add it.")
        return read

    def _take(self, key: Key, left: dict[str, Entry], read: Read, where: str, faults: Faults) -> bool:
        names = [name for name in (key.name, *key.aliases) if name in left]
        if not names:
            return False
        entry = left.pop(names[0])
        for name in names[1:]:
            faults.error(
                left.pop(name).place, f"{where} has both {names[0]!r} and {name!r}: keep one of them."
            )
        if key.obsolete:
            faults.warning(entry.place, f"{where}: {names[0]!r} is no longer used: remove it.")
        elif not (is_null(entry.value) and (key.may_be_empty or not key.required)):
            value = key.kind.read(entry.value, names[0], faults)
            if not isinstance(value, Invalid):
                read.values[key.name] = value
                read.trees[key.name] = entry.value
        return True

    def _unknown(self, name: str, entry: Entry, absent: list[str], where: str, faults: Faults) -> None:
        known = [key.name for key in self.keys if not key.obsolete]
        near = nearest(name, known)
        if near in absent:
            absent.remove(near)
            faults.error(entry.place, f"{where} has no key {name!r}.", near)
            return
        hint = "" if near else f" It knows {', '.join(known)}; a key of your own begins with `x-`."
        faults.tolerated(entry.place, f"{where} has no key {name!r}, so it is ignored.{hint}", near)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the section."""
        properties = {}
        for key in self.keys:
            for name in (key.name, *key.aliases):
                properties[name] = _describe(key, deprecated=key.obsolete or name != key.name)
        return {
            "type": "object",
            "title": self.title,
            "properties": properties,
            "required": [key.name for key in self.keys if key.required],
            "patternProperties": {"^x-": True},
            "additionalProperties": False,
        }


def _describe(key: Key, *, deprecated: bool) -> dict[str, Any]:
    schema = key.kind.schema()
    if not key.required or key.may_be_empty:
        schema = {"anyOf": [schema, {"type": "null"}]}
    described = {"description": key.description, **schema}
    if key.default is not None:
        described["default"] = key.default
    if key.example is not None:
        described["examples"] = [key.example]
    if deprecated:
        described["deprecated"] = True
    if key.ours:
        described["x-beyond-ocs"] = True
    return described


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text that remembers where it is, for faults that show only beside others."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Placed:
    """A kind of text whose place is kept."""

    kind: Text

    def read(self, tree: Tree, where: str, faults: Faults) -> PlacedText | Invalid:
        """Return the text with its place."""
        text = self.kind.read(tree, where, faults)
        return INVALID if isinstance(text, Invalid) else PlacedText(text, tree.place)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the text."""
        return self.kind.schema()


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; one value alone stands for a list of one if `or_one`."""

    kind: Kind
    what: str
    or_one: bool = False

    def read(self, tree: Tree, where: str, faults: Faults) -> tuple[Any, ...] | Invalid:
        """Return the sound values of the list."""
        if isinstance(tree, Sequence):
            values = [self.kind.read(item, self.what, faults) for item in tree.items]
            return tuple(value for value in values if not isinstance(value, Invalid))
        if self.or_one and isinstance(tree, Scalar):
            value = self.kind.read(tree, self.what, faults)
            return INVALID if isinstance(value, Invalid) else (value,)
        if not (isinstance(tree, Scalar) and tree.broken):
            message = f"{where} must be a list, not {kind_of(tree)}: begin each item with `- `."
            faults.error(tree.place, message)
        return INVALID

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the list."""
        many = {"type": "array", "items": self.kind.schema()}
        return {"anyOf": [self.kind.schema(), many]} if self.or_one else many


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from names that follow a rule to values of one kind."""

    kind: Kind
    what: str
    names: Text = field(default_factory=Text)

    def read(self, tree: Tree, where: str, faults: Faults) -> dict[str, Any] | Invalid:
        """Return the sound values by their names."""
        if not isinstance(tree, Mapping):
            if not (isinstance(tree, Scalar) and tree.broken):
                faults.error(
                    tree.place, f"{where} must be a mapping of `name: value` lines, not {kind_of(tree)}."
                )
            return INVALID
        read = {}
        for name, entry in tree.entries.items():
            key = self.names.read(Scalar(entry.place, name, name), f"The {self.what}", faults)
            value = self.kind.read(entry.value, f"{self.what} {name!r}", faults)
            if not isinstance(key, Invalid) and not isinstance(value, Invalid):
                read[key] = value
        return read

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the mapping."""
        schema: dict[str, Any] = {"type": "object", "additionalProperties": self.kind.schema()}
        if self.names.pattern:
            schema["propertyNames"] = {"pattern": f"^({self.names.pattern})$"}
        return schema
