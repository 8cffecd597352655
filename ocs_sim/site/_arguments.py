"""The `arguments` of an agent: OCS's lists or our mapping, as the words of a command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ocs_sim.site._faults import Faults, Place
from ocs_sim.site._kinds import INVALID, Invalid
from ocs_sim.site._override import is_option
from ocs_sim.site._tree import Mapping, Scalar, Sequence, Tree, describe, kind_of


@dataclass(frozen=True, slots=True)
class Arguments:
    """Words in a list, in lists in lists as OCS has them, or options as the keys of a mapping."""

    def read(self, tree: Tree, where: str, faults: Faults) -> tuple[str, ...] | Invalid:
        """Return the words."""
        if isinstance(tree, Scalar):
            if not tree.broken:
                message = f"{where} must be a mapping of options or a list of words, not one text"
                faults.error(tree.place, f"{message}: write [{', '.join(tree.text.split())}].")
            return INVALID
        return tuple(_words(tree, faults))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of either form."""
        return {"$ref": "#/$defs/arguments"}


# A list may hold lists, without end: that needs a schema with a name.
SCHEMAS: dict[str, Any] = {
    "word": {"type": ["string", "number", "boolean", "null"]},
    "arguments": {
        "oneOf": [
            {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/word"}, {"$ref": "#/$defs/arguments"}]}},
            {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [
                        {"$ref": "#/$defs/word"},
                        {"type": "array", "items": {"$ref": "#/$defs/word"}},
                    ]
                },
            },
        ]
    },
}


def place_of(word: str, tree: Tree) -> Place | None:
    """Return where arguments have an option or another word, the last time; None if nowhere as such."""
    if isinstance(tree, Scalar):
        return tree.place if word == tree.text.partition("=")[0] else None
    if isinstance(tree, Sequence):
        places = [place_of(word, item) for item in tree.items]
    else:
        places = []
        for key, entry in tree.entries.items():
            bare = key.lstrip("-")
            is_key = word in (key, f"--{bare}", f"--no-{bare}")
            places.append(entry.place if is_key else place_of(word, entry.value))
    return next((place for place in reversed(places) if place), None)


def _words(tree: Tree, faults: Faults) -> Iterator[str]:
    if isinstance(tree, Scalar):
        if not tree.broken:
            yield _word(tree, faults)
    elif isinstance(tree, Sequence):
        for item in tree.items:
            yield from _words(item, faults)
    else:
        yield from _options(tree, faults)


def _options(tree: Mapping, faults: Faults) -> Iterator[str]:
    for key, entry in tree.entries.items():
        option = key if key.startswith("-") else f"--{key}"
        if not is_option(option):
            faults.error(
                entry.place, f"{key!r} cannot be an option: begin it with a letter, as in `num-channels: 4`."
            )
        elif isinstance(entry.value, Mapping) or _nested(entry.value):
            message = (
                f"The option {key!r} takes a value or a list of values, not {kind_of(entry.value)} of them."
            )
            faults.error(entry.value.place, message)
        elif isinstance(entry.value, Sequence):
            yield option
            yield from _words(entry.value, faults)
        else:
            yield from _option(option, entry.value, faults)


def _option(option: str, value: Scalar, faults: Faults) -> Iterator[str]:
    if value.broken or value.value is None:
        return
    if isinstance(value.value, bool):
        if value.value:
            yield option
        elif option.startswith("--"):
            yield f"--no-{option[2:]}"
        return
    word = _word(value, faults)
    if is_option(word):
        # `--name -x` would be two options.
        yield f"{option}={word}"
    else:
        yield option
        yield word


def _nested(tree: Tree) -> bool:
    return isinstance(tree, Sequence) and not all(isinstance(item, Scalar) for item in tree.items)


def _word(scalar: Scalar, faults: Faults) -> str:
    if isinstance(scalar.value, str) or scalar.filled_in:
        return scalar.text
    # OCS passes what str() makes of the value that YAML reads; that may not be what was written.
    word = str(scalar.value)
    same_number = isinstance(scalar.value, float) and ":" not in scalar.text
    same_flag = isinstance(scalar.value, bool) and scalar.text.lower() == word.lower()
    if word != scalar.text and not same_number and not same_flag:
        message = (
            f"YAML reads {describe(scalar)}, so the agent gets {word!r}: put quotes to pass it as written."
        )
        faults.warning(scalar.place, message)
    return word
