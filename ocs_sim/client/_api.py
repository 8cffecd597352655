"""What an agent says that it offers."""

from __future__ import annotations

import functools
import inspect
import keyword
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OperationInfo:
    """One operation: `kind` is `task` or `process`; `schema` is JSON Schema, None from agents without it."""

    name: str
    kind: str
    docstring: str | None = None
    schema: Mapping[str, Any] | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def attribute(self) -> str:
        """The name under which a client has it."""
        return re.sub(r"\W", "_", self.name)

    @property
    def signature(self) -> inspect.Signature:
        """The parameters, all by keyword; `**params` from agents that do not tell theirs."""
        if self.schema is None:
            return _signature({}, (), anything=True)
        properties = self.schema.get("properties", {})
        required = self.schema.get("required", ())
        return _signature(properties, required, anything=bool(self.schema.get("additionalProperties", True)))

    @property
    def help(self) -> str:
        """The agent's docstring, or a line in its place."""
        return self.docstring or f"The {self.kind} {self.name!r}; its agent does not describe it."


@dataclass(frozen=True, slots=True)
class FeedDescription:
    """One feed: `blocks` maps block and field names to type, unit and description, where the agent tells."""

    name: str
    address: str
    record: bool
    blocks: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AgentApi:
    """An agent's answer to `get_api`, understood; `raw` has all of it."""

    agent_class: str
    hostname: str
    pid: int
    operations: Mapping[str, OperationInfo]
    feeds: Mapping[str, FeedDescription]
    boot_id: str | None = None
    has_access_control: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @staticmethod
    def decode(raw: Mapping[str, Any]) -> AgentApi:
        """Return the meaning of what `{address}` answered."""
        operations = [
            OperationInfo(name, kind, info.get("docstring"), info.get("params_schema"), info)
            for key, kind in (("tasks", "task"), ("processes", "process"))
            for name, _session, info in raw.get(key) or ()
        ]
        feeds = [
            FeedDescription(
                name, info.get("address", ""), bool(info.get("record")), info.get("blocks") or {}, info
            )
            for name, info in raw.get("feeds") or ()
        ]
        return AgentApi(
            agent_class=str(raw.get("agent_class", "")),
            hostname=str(raw.get("instance_hostname", "")),
            pid=int(raw.get("instance_pid") or 0),
            operations={each.name: each for each in operations},
            feeds={each.name: each for each in feeds},
            boot_id=raw.get("boot_id"),
            has_access_control="access_control" in raw,
            raw=raw,
        )


_TYPES: dict[str, Any] = {
    "number": float,
    "integer": int,
    "string": str,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def _signature(
    properties: Mapping[str, Mapping[str, Any]], required: Any, *, anything: bool
) -> inspect.Signature:
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if name in required else schema.get("default"),
            annotation=_annotation(schema),
        )
        for name, schema in properties.items()
        if name.isidentifier() and not keyword.iskeyword(name)
    ]
    if anything:
        rest = "params" if "params" not in properties else "other_params"
        parameters.append(inspect.Parameter(rest, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _annotation(schema: Mapping[str, Any]) -> Any:
    choices = schema.get("anyOf")
    if not choices:
        return _TYPES.get(str(schema.get("type")), inspect.Parameter.empty)
    kinds = [_annotation(choice) for choice in choices]
    if inspect.Parameter.empty in kinds:
        return inspect.Parameter.empty
    return functools.reduce(operator.or_, kinds)
