"""Parameters against the JSON Schema that an agent publishes: as much of it as agents write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_IS_NO = "is no"
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
    "null": lambda value: value is None,
}
_BOUNDS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "minimum": ("at least", lambda value, bound: value >= bound),
    "maximum": ("at most", lambda value, bound: value <= bound),
    "exclusiveMinimum": ("above", lambda value, bound: value > bound),
    "exclusiveMaximum": ("below", lambda value, bound: value < bound),
}


def parameter_faults(params: Mapping[str, Any], schema: Schema, known_later: frozenset[str]) -> list[str]:
    """Return what an agent would not accept; parameters that are `known_later` are not missed."""
    properties = schema.get("properties", {})
    faults = [
        f"{name} is missing"
        for name in schema.get("required", ())
        if name not in params and name not in known_later
    ]
    for name, value in params.items():
        if name in properties:
            faults += [f"{name} {fault}" for fault in _faults(value, properties[name], schema)]
        elif schema.get("additionalProperties") is False:
            faults.append(f"{name} is nothing that the operation knows")
    return faults


def _faults(value: Any, given: Schema, root: Schema) -> list[str]:
    schema = _resolved(given, root)
    if "anyOf" in schema:
        found = [_faults(value, each, root) for each in schema["anyOf"]]
        # What is of the right type is closest to what was meant.
        return min(found, key=lambda each: (bool(each), any(_IS_NO in fault for fault in each)))
    return list(_of_one(value, schema))


def _of_one(value: Any, schema: Schema) -> Iterator[str]:
    kind = str(schema.get("type"))
    if kind in _TYPES and not _TYPES[kind](value):
        yield f"{_IS_NO} {kind}: {value!r}"
        return
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices is not None and value not in choices:
        yield f"must be one of {', '.join(map(str, choices))}: {value!r}"
    for keyword, (words, is_within) in _BOUNDS.items():
        if keyword in schema and _TYPES["number"](value) and not is_within(value, schema[keyword]):
            yield f"must be {words} {schema[keyword]:g}: {value!r}"
    if isinstance(value, list) and not (
        schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
    ):
        yield f"has the wrong number of values: {value!r}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref", "")
    name = reference.rpartition("/")[2]
    found: Schema = root.get("$defs", {}).get(name, {}) if reference else schema
    return found
