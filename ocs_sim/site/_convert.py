"""From PyYAML's nodes to the tree: anchors followed, merges done, variables filled in, keys checked."""

from __future__ import annotations

from collections.abc import Mapping as Environ
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from ocs_sim.site._faults import START, Faults, Place
from ocs_sim.site._interpolate import interpolate
from ocs_sim.site._tree import Entry, Mapping, Scalar, Sequence, Tree, is_null
from ocs_sim.site._yaml import DEEPEST_LEVEL, place_of

_LARGEST_TREE = 50_000
_PREFIX = "tag:yaml.org,2002:"
_MERGE = _PREFIX + "merge"
_TEXT_TAGS = frozenset(_PREFIX + name for name in ("str", "merge", "value"))
_VALUE_TAGS = frozenset(_PREFIX + name for name in ("null", "bool", "int", "float", "timestamp"))
# What the safe constructor raises for text that its own tag does not fit, as `!!int x` or 2024-02-30.
_MISFITS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, yaml.YAMLError)


class Converter:
    """Turns the nodes of one file into a tree, and notes the faults that it meets."""

    def __init__(self, faults: Faults, environ: Environ[str, str]) -> None:
        self._faults = faults
        self._environ = environ
        self._left = _LARGEST_TREE
        self._open: set[int] = set()
        self._constructor = SafeConstructor()
        self._resolver: Any = Resolver()

    def convert(self, node: yaml.Node) -> Tree:
        """Return the tree below a node. Aliases are copied, up to a limit on the whole."""
        place = place_of(node.start_mark)
        self._left -= 1
        if self._left == 0:
            limit = f"{_LARGEST_TREE:,}"
            self._faults.error(START, f"The file unfolds to more than {limit} values: use fewer aliases.")
        if self._left <= 0:
            return Scalar(place, None, "", broken=True)
        if id(node) in self._open:
            self._faults.error(place, "This contains itself through an alias: remove the alias.")
            return Scalar(place, None, "", broken=True)
        if len(self._open) > DEEPEST_LEVEL:
            self._faults.error(
                place, f"Lists and mappings go more than {DEEPEST_LEVEL} levels deep: flatten them."
            )
            return Scalar(place, None, "", broken=True)
        self._open.add(id(node))
        try:
            return self._content(node, place)
        finally:
            self._open.discard(id(node))

    def _content(self, node: yaml.Node, place: Place) -> Tree:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(place, tuple(self.convert(item) for item in node.value))
        return self._scalar(node, place)

    def _scalar(self, node: Any, place: Place) -> Scalar:
        text, problems = interpolate(node.value, self._environ)
        for problem in problems:
            self._faults.error(place, problem)
        if problems:
            return Scalar(place, None, text, broken=True)
        tag, filled_in = node.tag, text != node.value
        if filled_in and not node.style:
            # A plain `${PORT}` is what its value would be if it stood there.
            tag = self._resolver.resolve(yaml.ScalarNode, text, (True, False))
        if tag in _TEXT_TAGS:
            return Scalar(place, text, text, filled_in)
        if tag not in _VALUE_TAGS:
            self._faults.error(place, f"The YAML tag {tag!r} has no meaning here: remove it.")
            return Scalar(place, None, text, broken=True)
        return self._value(tag, text, place, filled_in=filled_in)

    def _value(self, tag: str, text: str, place: Place, *, filled_in: bool) -> Scalar:
        try:
            node = yaml.ScalarNode(tag, text)
            value = SafeConstructor.yaml_constructors[tag](self._constructor, node)
        except _MISFITS:
            kind = tag.removeprefix(_PREFIX)
            self._faults.error(place, f"{text!r} cannot be read as a YAML {kind}: put it in quotes.")
            return Scalar(place, None, text, broken=True)
        return Scalar(place, value, text, filled_in)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Mapping:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key_place = place_of(key_node.start_mark)
            if key_node.tag == _MERGE:
                self._merge(value_node, key_place, merged)
                continue
            key, value = self._key(key_node, key_place), self.convert(value_node)
            if key is None:
                continue
            if is_null(value):
                # An empty value is marked after the key, often on another line.
                value = Scalar(key_place, None, "")
            entry = own.setdefault(key, Entry(key_place, value))
            if entry.value is not value:
                line = entry.place.line
                self._faults.error(key_place, f"The key {key!r} is already at line {line}: keep one of them.")
        return Mapping(place, {**merged, **own})

    def _merge(self, node: yaml.Node, place: Place, merged: dict[str, Entry]) -> None:
        tree = self.convert(node)
        for source in tree.items if isinstance(tree, Sequence) else (tree,):
            if not isinstance(source, Mapping):
                self._faults.error(place, "`<<` merges mappings only: give it an alias of a mapping.")
                continue
            for key, entry in source.entries.items():
                merged.setdefault(key, entry)

    def _key(self, node: yaml.Node, place: Place) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._faults.error(place, "A key cannot be a list or a mapping: write plain text before the `:`.")
            return None
        text = str(node.value)
        if node.tag not in _TEXT_TAGS:
            self._faults.error(place, f"YAML does not read the key {text!r} as text: put it in quotes.")
        return text
