"""What an operation's signature says about its parameters."""

from __future__ import annotations

import functools
import inspect
import operator
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from ocs_sim.agent._errors import BadDeclaration


class Unit:
    """The unit of a parameter: `Annotated[float, Unit("s")]`; it appears in the published schema."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Callable[[Any], Any]) -> Any:
        """Add the unit to the schema that pydantic writes."""
        return {**handler(core_schema), "unit": self.name}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, its full hint, and its default (`inspect.Parameter.empty` for none)."""

    name: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is inspect.Parameter.empty

    @property
    def bare_type(self) -> Any:
        """The hint without Annotated and without None."""
        return _bare(self.hint)

    @property
    def accepts_none(self) -> bool:
        """Whether None is a value of its own."""
        hint = _unannotated(self.hint)
        return hint is Any or (_is_union(hint) and type(None) in typing.get_args(hint))


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters that a client may pass; `takes_extras` when the operation has `**params`."""

    parameters: tuple[Parameter, ...]
    takes_extras: bool


_KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def read_signature(function: Callable[..., Any], name: str) -> Signature:
    """Return the parameters after the first, which is the run; raises BadDeclaration."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception as fault:
        raise BadDeclaration(who=name, fault=f"its type hints cannot be read ({fault})") from fault
    declared = list(inspect.signature(function).parameters.values())
    if not declared:
        raise BadDeclaration(who=name, fault="it must take the run as its first parameter")
    extras = [each for each in declared[1:] if each.kind is inspect.Parameter.VAR_KEYWORD]
    plain = [each for each in declared[1:] if each not in extras]
    strange = [str(each) for each in plain if each.kind not in _KINDS]
    untyped = [each.name for each in plain if each.name not in hints]
    if strange or untyped:
        names = ", ".join(strange + untyped)
        raise BadDeclaration(who=name, fault=f"parameter {names} needs a name and a type hint")
    parameters = tuple(Parameter(each.name, hints[each.name], each.default) for each in plain)
    return Signature(parameters, bool(extras))


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _unannotated(hint: Any) -> Any:
    return _unannotated(typing.get_args(hint)[0]) if typing.get_origin(hint) is Annotated else hint


def _bare(hint: Any) -> Any:
    hint = _unannotated(hint)
    if not _is_union(hint):
        return hint
    kept = [_bare(each) for each in typing.get_args(hint) if each is not type(None)]
    return functools.reduce(operator.or_, kept)
