"""Tasks and processes: how they are declared, and what is known of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Literal, TypeVar

from ocs_sim.agent._errors import BadDeclaration
from ocs_sim.agent._params import Parameters
from ocs_sim.agent._session import Session
from ocs_sim.wire import BadName, OpCode, check_name

Function = TypeVar("Function", bound=Callable[..., Any])
Startup = bool | Mapping[str, Any]
_MARK = "__ocs_operation__"
_LEAST_PRIVILEGE, _MOST_PRIVILEGE = 1, 4


class Kind(Enum):
    """A task ends by itself; a process runs until it is stopped."""

    TASK = "task"
    PROCESS = "process"

    @property
    def ended_by(self) -> str:
        """The action that ends a run of this kind."""
        return "abort" if self is Kind.TASK else "stop"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What an agent's author says of an operation; see `task` for the meaning of each field."""

    kind: Kind
    name: str | None = None
    aliases: tuple[str, ...] = ()
    startup: Startup = False
    startup_when: Literal["joined", "boot"] = "joined"
    min_privs: int = 1
    blocking: bool | None = None
    lock: str | None = None
    abortable: bool | None = None


@dataclass
class Operation:
    """An operation of one agent, and its latest run."""

    name: str
    function: Callable[..., Any]
    declaration: Declaration
    parameters: Parameters
    session: Session | None = field(default=None)

    @property
    def kind(self) -> Kind:
        """Task or process."""
        return self.declaration.kind

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases."""
        return (self.name, *self.declaration.aliases)

    @property
    def in_thread(self) -> bool:
        """Whether a run gets a thread of its own, rather than a turn in the loop."""
        if self.declaration.blocking is None:
            return not inspect.iscoroutinefunction(self.function)
        return self.declaration.blocking

    @property
    def min_privs(self) -> int:
        """The credential level that a client needs under an access policy."""
        return max(_LEAST_PRIVILEGE, min(self.declaration.min_privs, _MOST_PRIVILEGE))

    @property
    def abortable(self) -> bool:
        """Whether a run heeds its cancel token."""
        return self.declaration.abortable is not False

    @property
    def code(self) -> OpCode:
        """The number that heartbeats carry."""
        return self.session.code if self.session else OpCode.NONE

    def describe(self, privileges_count: bool) -> dict[str, Any]:
        """Return `op_info` as the wire has it, with the schema of the parameters."""
        document = self.function.__doc__
        info: dict[str, Any] = {"blocking": self.in_thread}
        if self.kind is Kind.TASK:
            info["abortable"] = self.abortable
        return {
            **info,
            "docstring": inspect.cleandoc(document) if document else None,
            "op_type": self.kind.value,
            "min_privs": self.min_privs if privileges_count else _LEAST_PRIVILEGE,
            "params_schema": self.parameters.schema(),
            "lock": self.declaration.lock,
            "names": list(self.names),
        }


class Operations:
    """The operations of an agent, found under each of their names."""

    def __init__(self) -> None:
        self._by_name: dict[str, Operation] = {}

    def add(self, function: Callable[..., Any], declaration: Declaration) -> Operation:
        """Add an operation; raises BadDeclaration."""
        name = declaration.name or str(getattr(function, "__name__", "operation"))
        if declaration.blocking and inspect.iscoroutinefunction(function):
            raise BadDeclaration(who=name, fault="a coroutine cannot be blocking")
        operation = Operation(name, function, replace(declaration, name=name), Parameters(function, name))
        for each in operation.names:
            if each in self._by_name:
                raise BadDeclaration(who=name, fault=f"there is an operation called {each!r} already")
            _check(each)
        self._by_name.update(dict.fromkeys(operation.names, operation))
        return operation

    def get(self, name: str) -> Operation | None:
        """Return the operation with this name or alias."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[Operation]:
        return iter([each for name, each in self._by_name.items() if name == each.name])

    def named(self, kind: Kind) -> Iterable[tuple[str, Operation]]:
        """Return each name of the operations of a kind, sorted."""
        return sorted((name, each) for name, each in self._by_name.items() if each.kind is kind)

    def codes(self) -> dict[str, int]:
        """Return what a heartbeat says."""
        return {name: int(each.code) for name, each in self._by_name.items()}


def task(
    *,
    name: str | None = None,
    aliases: Iterable[str] = (),
    startup: Startup = False,
    startup_when: Literal["joined", "boot"] = "joined",
    min_privs: int = 1,
    blocking: bool | None = None,
    lock: str | None = None,
    abortable: bool | None = None,
) -> Callable[[Function], Function]:
    """Declare a method `def name(self, run, ...)` to be a task: an operation that ends by itself.

    A plain function runs in a thread of its own, `async def` in the loop; `blocking=False` calls a plain
    function in the loop, which may return a Deferred (`inlineCallbacks`). `startup` is True or the
    parameters with which to start it when the agent has joined the router (`startup_when="boot"`: before).
    `min_privs` (1 to 4) counts only under an access policy. `lock` names the attribute with the DeviceLock
    that a run holds from its first to its last moment. `abortable=False` says that a run ignores its
    cancel token.
    """
    return _mark(
        Declaration(
            kind=Kind.TASK,
            name=name,
            aliases=tuple(aliases),
            startup=startup,
            startup_when=startup_when,
            min_privs=min_privs,
            blocking=blocking,
            lock=lock,
            abortable=abortable,
        )
    )


def process(
    *,
    name: str | None = None,
    aliases: Iterable[str] = (),
    startup: Startup = False,
    startup_when: Literal["joined", "boot"] = "joined",
    min_privs: int = 1,
    blocking: bool | None = None,
    lock: str | None = None,
) -> Callable[[Function], Function]:
    """Declare a method to be a process: an operation that runs until it is stopped; see `task`."""
    return _mark(
        Declaration(
            kind=Kind.PROCESS,
            name=name,
            aliases=tuple(aliases),
            startup=startup,
            startup_when=startup_when,
            min_privs=min_privs,
            blocking=blocking,
            lock=lock,
        )
    )


def declared_on(owner: type) -> list[tuple[str, Declaration]]:
    """Return the attributes of a class that are operations, base classes first."""
    found: dict[str, Declaration] = {}
    for base in reversed(owner.__mro__):
        for attribute, value in vars(base).items():
            declaration = getattr(value, _MARK, None)
            if declaration is not None:
                found[attribute] = replace(declaration, name=declaration.name or attribute)
            else:
                found.pop(attribute, None)
    return list(found.items())


def _mark(declaration: Declaration) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        setattr(function, _MARK, declaration)
        return function

    return mark


def _check(name: str) -> None:
    try:
        check_name(name, "operation")
    except BadName as fault:
        raise BadDeclaration(who=name, fault=str(fault)) from fault
