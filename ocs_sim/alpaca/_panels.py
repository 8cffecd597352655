"""What else than devices a `/setup` page shows and lets one do: sections of facts and forms, of anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Fact:
    """A line: what, how much, of what; `level` colours it."""

    label: str
    value: str | float | bool | None
    unit: str = ""
    level: Literal["", "good", "warning", "bad"] = ""


@dataclass(frozen=True)
class FormField:
    """Something to fill in; with `choices`, one of these."""

    name: str
    label: str
    kind: Literal["number", "text", "choice"] = "number"
    value: str | float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A button with what it needs to know; pressing it calls `SetupPanel.act(action, values)`."""

    action: str
    label: str
    fields: tuple[FormField, ...] = ()
    hint: str = ""
    fixed: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Section:
    """Facts and forms under one title."""

    title: str
    facts: tuple[Fact, ...] = ()
    forms: tuple[Form, ...] = ()


class SetupPanel(Protocol):
    """Something that the server's page shows beside its devices."""

    @property
    def name(self) -> str:
        """Return what it is called in addresses."""
        ...

    def sections(self) -> list[Section]:
        """Return how things are now; asked for once a second by each page that is open."""
        ...

    def act(self, action: str, values: Mapping[str, Any]) -> str:
        """Do what a form asks for and return what to say of it; raises ObservatoryError or ValueError."""
        ...
