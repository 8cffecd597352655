"""Rows that a site file writes below `job-actions:`; they replace those that come with the package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ocs_sim.errors import ObservatoryError

from ._kinds import KINDS
from ._late import LATE
from ._rows import Form, Parameter, Row, Step, Table

_WAYS = ("run", "begin", "end", "abort")
_ROW_KEYS = (
    "agent",
    "operation",
    "parameters",
    "way",
    "steps",
    "refusal",
    "roles",
    "after",
    "unused",
    "guarded",
)
_STEP_KEYS = ("agent", "operation", "parameters", "way", "always")
_PARAMETER_KEYS = ("from", "kind", "required", "default", "value", "late")


class BadJobActions(ObservatoryError):
    """`job-actions:` of the site file cannot be used: {faults}."""


def with_site_rows(table: Table, given: Mapping[str, Any]) -> Table:
    """Return a table with the rows of a site file in it. Raises BadJobActions with every fault."""
    rows: dict[str, Row] = {}
    faults: list[str] = []
    for key, entry in given.items():
        found = list(_row_faults(key, entry))
        faults += [f"{key}: {fault}" for fault in found]
        if not found:
            rows[key] = _read_row(entry)
    if faults:
        raise BadJobActions(faults="; ".join(faults))
    return {**table, **rows}


def _row_faults(key: str, entry: Any) -> Iterator[str]:
    if "/" not in key.strip("/"):
        yield "a row is called DEVICE/ACTION"
    if not isinstance(entry, Mapping):
        yield "a row is a mapping"
        return
    yield from _unknown(entry, _ROW_KEYS)
    for name in ("roles", "after", "unused"):
        if not _is_texts(entry.get(name, [])):
            yield f"{name} is a list of texts"
    if not isinstance(entry.get("guarded", False), bool):
        yield "guarded is true or false"
    ways = [name for name in ("operation", "steps", "refusal") if name in entry]
    if len(ways) != 1:
        yield "give one of operation, steps and refusal"
    elif ways == ["refusal"] and not (isinstance(entry["refusal"], str) and entry["refusal"]):
        yield "refusal is the reason, a text"
    elif ways == ["operation"]:
        yield from _step_faults(entry)
    elif ways == ["steps"]:
        yield from _steps_faults(entry["steps"])


def _steps_faults(steps: Any) -> Iterator[str]:
    if not isinstance(steps, list) or not steps:
        yield "steps is a list of one or more"
        return
    for number, step in enumerate(steps, 1):
        if not isinstance(step, Mapping):
            yield f"step {number} is a mapping"
            continue
        for fault in (*_unknown(step, _STEP_KEYS), *_step_faults(step)):
            yield f"step {number}: {fault}"


def _step_faults(step: Mapping[str, Any]) -> Iterator[str]:
    for name in ("agent", "operation"):
        if not isinstance(step.get(name), str) or not step[name]:
            yield f"{name} is needed: a text"
    if step.get("way", "run") not in _WAYS:
        yield f"way is one of {', '.join(_WAYS)}"
    parameters = step.get("parameters", {})
    if not isinstance(parameters, Mapping):
        yield "parameters is a mapping of the operation's parameters"
        return
    for name, entry in parameters.items():
        for fault in _parameter_faults(entry):
            yield f"parameter {name}: {fault}"


def _parameter_faults(entry: Any) -> Iterator[str]:
    if entry is None or isinstance(entry, str):
        if entry is not None and entry not in KINDS:
            yield f"there is no kind {entry!r} (there are {', '.join(KINDS)})"
        return
    if not isinstance(entry, Mapping):
        yield "it is a kind, or a mapping"
        return
    yield from _unknown(entry, _PARAMETER_KEYS)
    if entry.get("kind", "text") not in KINDS:
        yield f"there is no kind {entry['kind']!r} (there are {', '.join(KINDS)})"
    if entry.get("late", "turned_by") not in LATE:
        yield f"there is no late {entry['late']!r} (there are {', '.join(LATE)})"
    if not isinstance(entry.get("from", ""), str) and not _is_texts(entry["from"]):
        yield "from is a name of the job's, or a list of them"
    if not isinstance(entry.get("required", False), bool):
        yield "required is true or false"


def _unknown(entry: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    yield from (f"there is no {key!r} (there are {', '.join(known)})" for key in entry if key not in known)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _read_row(entry: Mapping[str, Any]) -> Row:
    steps = entry.get("steps") or ([entry] if "operation" in entry else [])
    return Row(
        forms=(Form(steps=tuple(_read_step(each) for each in steps)),),
        refusal=entry.get("refusal", ""),
        roles=tuple(entry.get("roles", ())),
        after=tuple(entry.get("after", ())),
        unused=tuple(entry.get("unused", ())),
        guarded=entry.get("guarded", False),
    )


def _read_step(entry: Mapping[str, Any]) -> Step:
    parameters = entry.get("parameters", {})
    return Step(
        agent=entry["agent"],
        operation=entry["operation"],
        parameters=tuple(_read_parameter(name, each) for name, each in parameters.items()),
        way=entry.get("way", "run"),
        always=bool(entry.get("always", False)),
    )


def _read_parameter(name: str, entry: Any) -> Parameter:
    if not isinstance(entry, Mapping):
        return Parameter(name=name, sources=(name,), kind=entry or "text")
    sources = entry.get("from", name)
    return Parameter(
        name=name,
        sources=(sources,) if isinstance(sources, str) else tuple(sources),
        kind=entry.get("kind", "text"),
        required=entry.get("required", False),
        default=entry.get("default"),
        value=entry.get("value"),
        late=entry.get("late", ""),
    )
