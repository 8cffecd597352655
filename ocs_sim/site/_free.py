"""Values whose shape somebody else knows: as YAML has them, with lists and mappings in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ocs_sim.site._faults import Faults
from ocs_sim.site._kinds import INVALID, Invalid
from ocs_sim.site._tree import Scalar, Sequence, Tree, kind_of


@dataclass(frozen=True, slots=True)
class Free:
    """A mapping of anything."""

    def read(self, tree: Tree, where: str, faults: Faults) -> dict[str, Any] | Invalid:
        """Return the mapping as plain dicts, lists, texts, numbers and booleans; a date is its text."""
        if isinstance(tree, Scalar) and tree.broken:
            return INVALID
        if isinstance(tree, Scalar | Sequence):
            message = f"{where} must be a mapping of `key: value` lines, not {kind_of(tree)}."
            faults.error(tree.place, message)
            return INVALID
        return {key: _plain(entry.value) for key, entry in tree.entries.items()}

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of any mapping."""
        return {"type": "object"}


def _plain(tree: Tree) -> Any:
    if isinstance(tree, Scalar):
        known = tree.value is None or isinstance(tree.value, str | bool | int | float)
        return tree.value if known else tree.text
    if isinstance(tree, Sequence):
        return [_plain(item) for item in tree.items]
    return {key: _plain(entry.value) for key, entry in tree.entries.items()}
