"""Short ways to write rows."""

from __future__ import annotations

from typing import Any

from ._rows import Form, Parameter, Row, Step

ADMINS = ("admin", "owner")


def wanted(name: str, kind: str, *sources: str, late: str = "") -> Parameter:
    """Return a parameter that a job must give, under its own name unless `sources` say others."""
    return Parameter(name=name, sources=sources or (name,), kind=kind, required=True, late=late)


def maybe(name: str, kind: str, *sources: str, default: Any = None) -> Parameter:
    """Return a parameter that a job may give."""
    return Parameter(name=name, sources=sources or (name,), kind=kind, default=default)


def fixed(name: str, value: Any) -> Parameter:
    """Return a parameter that is always the same."""
    return Parameter(name=name, value=value)


def run(agent: str, operation: str, *parameters: Parameter, **fields: Any) -> Step:
    """Return a step that runs a task to its end."""
    return Step(agent=agent, operation=operation, parameters=parameters, **fields)


def abort(agent: str, operation: str) -> Step:
    """Return a step that ends a task, whoever started it."""
    return Step(agent=agent, operation=operation, way="abort", optional=True, always=True)


def row(*steps: Step, **fields: Any) -> Row:
    """Return a row with one form."""
    return Row(forms=(Form(steps=steps),), **fields)


def refused(reason: str, roles: tuple[str, ...] = ()) -> Row:
    """Return a row whose jobs fail."""
    return Row(refusal=reason, roles=roles)
