"""The parameters of an operation: checked all at once, described by a JSON Schema.

Values are checked as pydantic checks strict JSON: an integer is a float, but a boolean is neither a
number nor a string, and a number in quotes is a string.
"""

from __future__ import annotations

import functools
import json
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from ocs_sim.agent._errors import BadParameters
from ocs_sim.agent._signature import Parameter, read_signature
from ocs_sim.wire import Text, to_plain

if TYPE_CHECKING:
    from pydantic import BaseModel

_CONSTRAINTS = frozenset(
    [
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "multiple_of",
        "finite_number",
        "too_short",
        "too_long",
        "string_too_short",
        "string_too_long",
        "string_pattern_mismatch",
    ]
)
_CHOICES = frozenset({"literal_error", "enum"})
_CUSTOM = frozenset({"value_error", "assertion_error"})


class Parameters:
    """The parameters of one operation, read from its signature. Its pydantic model is made when needed."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self._signature = read_signature(function, name)
        self._by_name = {each.name: each for each in self._signature.parameters}

    @property
    def any_accepted(self) -> bool:
        """Whether the operation declares none and takes what comes."""
        return self._signature.takes_extras and not self._by_name

    def parse(self, given: Any) -> dict[str, Any]:
        """Return the keyword arguments for the operation.

        Raises BadParameters, whose text names every fault, each as OCS would word it.
        """
        if given is None or (self.any_accepted and not isinstance(given, Mapping)):
            given = {}
        if not isinstance(given, Mapping):
            # What OCS answers, whose handler asks whatever it got for `get` (or `keys`, without parameters).
            attribute = "get" if self._by_name else "keys"
            fault = f"'{type(given).__name__}' object has no attribute '{attribute}'"
            raise BadParameters(text=Text.crash_in_parameters(fault))
        extras = {key: value for key, value in given.items() if key not in self._by_name}
        arguments, faults = self._check(
            {key: given[key] for key in self._by_name if self._is_given(key, given)}
        )
        if extras and not self._signature.takes_extras:
            faults.append(f"params included unexpected values: {list(extras)}")
        if faults:
            raise BadParameters(text="; ".join(faults))
        return {**extras, **arguments}

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the parameters."""
        schema: dict[str, Any] = self._model.model_json_schema()
        schema.pop("title", None)
        for described in schema.get("properties", {}).values():
            described.pop("title", None)
        return schema

    @functools.cached_property
    def _model(self) -> type[BaseModel]:
        from pydantic import ConfigDict, Field, create_model

        # Named by alias: a parameter may be called what pydantic keeps for itself, or start with `_`.
        fields: dict[str, Any] = {
            f"p{index}": (each.hint, Field(... if each.required else each.default, alias=each.name))
            for index, each in enumerate(self._signature.parameters)
        }
        config = ConfigDict(
            extra="allow" if self._signature.takes_extras else "forbid",
            strict=True,
            arbitrary_types_allowed=True,
            protected_namespaces=(),
        )
        return create_model("Parameters", __config__=config, **fields)

    def _is_given(self, name: str, given: Mapping[str, Any]) -> bool:
        parameter = self._by_name[name]
        return name in given and (given[name] is not None or (parameter.accepts_none and parameter.required))

    def _check(self, given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        if not self._by_name:
            return {}, []
        from pydantic import ValidationError

        try:
            text = json.dumps(given, default=lambda value: to_plain(value)[0])
            model = self._model.model_validate_json(text)
        except ValidationError as invalid:
            first = {str(each["loc"][0]): each for each in reversed(invalid.errors(include_url=False))}
            return {}, [self._text(each, first[each.name], given) for each in self._faulty(first)]
        except (TypeError, ValueError) as fault:
            raise BadParameters(text=Text.crash_in_parameters(fault)) from fault
        values = [getattr(model, f"p{index}") for index in range(len(self._by_name))]
        return dict(zip(self._by_name, values, strict=True)), []

    def _faulty(self, errors: Mapping[str, Any]) -> list[Parameter]:
        return [each for each in self._signature.parameters if each.name in errors]

    def _text(self, parameter: Parameter, error: Mapping[str, Any], given: Mapping[str, Any]) -> str:
        name, kind = parameter.name, error["type"]
        if len(error["loc"]) > 1:
            kind = "inside"
        if kind == "missing":
            return f"Param '{name}' is required and must not be None"
        if kind in _CHOICES:
            return f"Param '{name}'={given[name]} is not in allowed set ({_choices(parameter.bare_type)})"
        if kind in _CONSTRAINTS:
            return f"Param '{name}' failed validity check (see docs?)."
        if kind in _CUSTOM:
            return f"Param '{name}'={given[name]}: {error['msg'].partition(', ')[2] or error['msg']}"
        return f"Param '{name}'={given[name]} is not of required type ({parameter.bare_type})"


def _choices(kind: Any) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [each.value for each in kind]
    return list(typing.get_args(kind))
