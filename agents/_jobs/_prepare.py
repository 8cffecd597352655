"""From a job to the steps that it takes, with every fault said at once, before anything begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._kinds import KINDS
from ._numbers import is_given
from ._rows import Form, Key, Parameter, ReadyStep, Row, Step, Table
from ._table import UnknownAction, find_row


@dataclass(frozen=True, slots=True)
class Wish:
    """A job as the table sees it: `params` are its optional and required ones together."""

    device: str
    action: str
    params: Mapping[str, Any]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What to do for a job; `agents` are the instance ids that it needs, `unused` what changes nothing."""

    key: Key
    row: Row
    steps: tuple[ReadyStep, ...]
    agents: frozenset[str]
    after: frozenset[str]
    unused: tuple[str, ...] = ()


class NotPossible(Exception):
    """Why a job cannot be done: all faults in one text."""

    def __init__(self, faults: list[str]) -> None:
        text = "; ".join(each.rstrip(".") for each in faults)
        super().__init__(text if text.endswith("?") else f"{text}.")


def prepare(wish: Wish, table: Table, agents: Mapping[str, str]) -> Prepared:
    """Return what to do; `agents` are instance ids by role, empty for those that the site has not.

    Raises NotPossible with every fault.
    """
    try:
        key, row = find_row(table, wish.device, wish.action, wish.params)
    except UnknownAction as fault:
        raise NotPossible([str(fault)]) from None
    faults = list(_role_faults(key, row, wish))
    if row.refusal:
        raise NotPossible([*faults, _filled(row.refusal, wish.params)])
    form = _form_for(row, wish)
    if form is None:
        raise NotPossible([*faults, _needs(key, row)])
    steps: list[ReadyStep] = []
    for step in form.steps:
        if step.agent in agents and not agents[step.agent]:
            faults += [] if step.optional else [f"this site has no {step.agent} (option --{step.agent})"]
            continue
        ready, found = _ready(step, wish)
        steps.append(ready)
        faults += [each for each in found if each not in faults]
    if faults:
        raise NotPossible(faults)
    return Prepared(
        key,
        row,
        tuple(steps),
        frozenset(agents.get(each.step.agent, each.step.agent) for each in steps),
        frozenset(filter(None, (agents.get(each, each) for each in row.after))),
        tuple(name for name in row.unused if _means_something(wish.params.get(name))),
    )


def _role_faults(key: Key, row: Row, wish: Wish) -> Iterator[str]:
    if row.roles and not set(row.roles) & set(wish.roles):
        yield f"{key} is for those with the role {' or '.join(row.roles)}"


def _filled(refusal: str, params: Mapping[str, Any]) -> str:
    for name, value in params.items():
        refusal = refusal.replace(f"{{{name}}}", str(value))
    return refusal


def _form_for(row: Row, wish: Wish) -> Form | None:
    for form in row.forms:
        if all(_is_met(need, wish.params) for need in form.needs):
            return form
    return None


def _is_met(need: str, params: Mapping[str, Any]) -> bool:
    name, equals, value = need.partition("=")
    given = params.get(name)
    return is_given(given) and (not equals or str(given).strip().casefold() == value)


def _needs(key: Key, row: Row) -> str:
    return f"{key} needs {', or '.join(' and '.join(form.needs) for form in row.forms)}"


def _ready(step: Step, wish: Wish) -> tuple[ReadyStep, list[str]]:
    params: dict[str, Any] = {}
    late: dict[str, tuple[str, Any]] = {}
    faults: list[str] = []
    for parameter in step.parameters:
        try:
            value = _value(parameter, wish.params)
        except ValueError as fault:
            faults.append(str(fault))
            continue
        if value is None:
            continue
        if parameter.late:
            late[parameter.name] = (parameter.late, value)
        else:
            params[parameter.name] = value
    if params.get("image_type") == "bias":
        params["seconds"] = 0.0
    return ReadyStep(step, params, late), faults


def _value(parameter: Parameter, params: Mapping[str, Any]) -> Any:
    for source in parameter.sources:
        given = params.get(source)
        if is_given(given):
            try:
                read = KINDS[parameter.kind](given)
            except ValueError as fault:
                raise ValueError(f"{source} {fault}") from None
            if read is not None:
                return read
    if parameter.required:
        raise ValueError(f"{parameter.sources[0]} is missing")
    return parameter.default if parameter.value is None else parameter.value


def _means_something(value: Any) -> bool:
    return is_given(value) and str(value).strip().casefold() not in ("0", "false", "no", "off", "none")
