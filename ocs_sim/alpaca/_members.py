"""Which members a device has, declared by its methods: `@get`, `@put`, `@Member.put`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, NewType, ParamSpec, TypeVar, overload

P = ParamSpec("P")
R = TypeVar("R")
S = ParamSpec("S")
T = TypeVar("T")

ClientId = NewType("ClientId", int)
"""A parameter with this hint is not the request's, but gets the number of the client who asks."""


@dataclass(frozen=True)
class Declared:
    """A method that answers requests of one kind, and how."""

    function: Callable[..., Any]
    works_disconnected: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)


class Member(Generic[P, R]):
    """A member of a device: what GET calls, what PUT calls, or both; called by Python like a method."""

    def __init__(self, get: Declared | None = None, put: Declared | None = None) -> None:
        self.get_declared = get
        self.put_declared = put
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        # `def _` beside a property is the same member once more.
        if name != "_":
            self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Member[P, R]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Callable[P, R]: ...

    def __get__(self, instance: object | None, owner: type) -> Member[P, R] | Callable[P, R]:
        if instance is None:
            return self
        declared = self.get_declared or self.put_declared
        assert declared is not None, "a member has at least one of them"  # noqa: S101 - for mypy
        bound: Callable[P, R] = declared.function.__get__(instance, owner)
        return bound

    @overload
    def put(self, function: Callable[..., Any]) -> Any: ...

    # Any: each `def _` of a class is of another type, and is to override that of its bases.
    @overload
    def put(
        self, *, works_disconnected: bool = False, alias: Mapping[str, str] | None = None
    ) -> Callable[[Callable[..., Any]], Any]: ...

    def put(
        self,
        function: Callable[..., Any] | None = None,
        *,
        works_disconnected: bool = False,
        alias: Mapping[str, str] | None = None,
    ) -> Any:
        """Declare what PUT does, as a property's setter is declared; each `def _` adds to its member.

        `alias` maps a parameter to another name under which clients send it.
        """

        def declare(function: Callable[..., Any]) -> Member[P, R]:
            # In place: the next `def _` of the class takes the name `_` from this one.
            self.put_declared = Declared(function, works_disconnected, dict(alias or {}))
            return self

        return declare if function is None else declare(function)


@overload
def get(function: Callable[Concatenate[Any, P], R]) -> Member[P, R]: ...


@overload
def get(
    *, works_disconnected: bool = False
) -> Callable[[Callable[Concatenate[Any, S], T]], Member[S, T]]: ...


def get(function: Callable[..., Any] | None = None, *, works_disconnected: bool = False) -> Any:
    """Declare a member that GET reads; its parameters are the query's, in any casing."""

    def declare(function: Callable[..., Any]) -> Member[Any, Any]:
        return Member(get=Declared(function, works_disconnected))

    return declare if function is None else declare(function)


@overload
def put(function: Callable[Concatenate[Any, P], R]) -> Member[P, R]: ...


@overload
def put(
    *, works_disconnected: bool = False, alias: Mapping[str, str] | None = None
) -> Callable[[Callable[Concatenate[Any, S], T]], Member[S, T]]: ...


def put(
    function: Callable[..., Any] | None = None,
    *,
    works_disconnected: bool = False,
    alias: Mapping[str, str] | None = None,
) -> Any:
    """Declare a member that PUT calls; its parameters are the form's, named exactly as the method's.

    A method whose return hint is not None answers with a Value. `async def` methods are awaited.
    """

    def declare(function: Callable[..., Any]) -> Member[Any, Any]:
        return Member(put=Declared(function, works_disconnected, dict(alias or {})))

    return declare if function is None else declare(function)


def declared_members(kind: type) -> dict[str, Member[Any, Any]]:
    """Return the members of a class and of those that it derives from, by their exact names."""
    found: dict[str, Member[Any, Any]] = {}
    for base in reversed(kind.__mro__):
        for value in vars(base).values():
            if isinstance(value, Member):
                found[value.name] = value
    return found
