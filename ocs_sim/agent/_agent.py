"""What every agent is derived from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic

from ocs_sim.agent._context import AgentContext, OptionsT_co
from ocs_sim.agent._errors import BadDeclaration
from ocs_sim.agent._feeds import Feed
from ocs_sim.agent._locks import DeviceLock
from ocs_sim.agent._operations import Declaration, Kind, Operation, Operations, declared_on
from ocs_sim.agent._options import Options as _Options
from ocs_sim.agent._preempt import Preemption
from ocs_sim.agent._publisher import Publisher
from ocs_sim.agent._run import Run
from ocs_sim.wire import FeedInfo, feed_address


class Agent(Generic[OptionsT_co]):
    """A program that owns one thing, and offers operations and feeds on the bus.

    Derive from it; declare operations with `@task` and `@process`, feeds as class attributes, options as
    an `Options` class; set up in `__init__`, connect to devices in `on_start`.
    """

    Options: ClassVar[type[_Options]] = _Options
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names by which site files may call this class."""
    shutdown_seconds: ClassVar[float] = 2.4
    """How long runs may take to end when the agent shuts down; only what looks after others needs more."""

    def __init__(self, context: AgentContext[OptionsT_co]) -> None:
        """Prepare the agent; the router may be away."""
        self.context = context
        self.log = context.log
        self.heartbeat_enabled = True
        self.operations = Operations()
        self.feeds: dict[str, Publisher] = {}
        self.startup: list[tuple[Operation, Mapping[str, Any]]] = []
        for feed in _feeds_on(type(self)):
            self.add_feed(feed)
        for attribute, declaration in declared_on(type(self)):
            self._add_operation(getattr(self, attribute), declaration)

    @property
    def options(self) -> OptionsT_co:
        """The options from the site file and the command line."""
        return self.context.options

    async def on_start(self) -> None:
        """Do what must be done before the agent answers; raise to keep it from starting."""

    async def on_stop(self) -> None:
        """Do what must be done when all runs have ended and the agent is about to leave."""

    def add_feed(self, feed: Feed) -> Publisher:
        """Offer a feed that was not declared on the class; raises BadDeclaration for a name that is taken."""
        if feed.name in self.feeds:
            raise BadDeclaration(who=f"feed {feed.name!r}", fault="there is a feed with this name already")
        context = self.context
        agg_params, extras = feed.describe()
        info = FeedInfo(
            agent_address=context.address,
            feed_name=feed.name,
            address=feed_address(context.address, feed.name),
            record=feed.record,
            session_id=context.boot_id,
            agent_class=context.agent_class,
            agg_params=agg_params,
            extras={"boot_id": context.boot_id, **extras},
        )
        self.feeds[feed.name] = Publisher(feed, info, context.delivery, context.clock)
        return self.feeds[feed.name]

    def register_task(self, name: str, function: Callable[..., Any], **fields: Any) -> Operation:
        """Offer `function(run, ...)` as a task; `fields` are those of the decorator `task`."""
        return self._add_operation(function, _declaration(Kind.TASK, name, fields))

    def register_process(self, name: str, function: Callable[..., Any], **fields: Any) -> Operation:
        """Offer `function(run, ...)` as a process; `fields` are those of the decorator `process`."""
        return self._add_operation(function, _declaration(Kind.PROCESS, name, fields))

    def start_when_joined(self, name: str, **params: Any) -> None:
        """Let an operation start by itself once the agent has joined the router for the first time."""
        self.startup.append((self._find_operation(name), params))

    def preempt(self, run: Run, *names: str) -> Preemption:
        """Ask what runs of these operations of this agent to end, all at once; the result can be waited for.

            self.preempt(run, "goto", "offset").wait()

        Raises BadDeclaration for a name that is no operation.
        """
        return Preemption(run, [self._find_operation(name) for name in names])

    def find_lock(self, attribute: str) -> DeviceLock:
        """Return the DeviceLock that an attribute holds; raises BadDeclaration."""
        lock = getattr(self, attribute, None)
        if not isinstance(lock, DeviceLock):
            raise BadDeclaration(who=f"lock {attribute!r}", fault="this attribute holds no DeviceLock")
        return lock

    @property
    def locks(self) -> Iterable[DeviceLock]:
        """The locks of the agent's devices."""
        return [value for value in vars(self).values() if isinstance(value, DeviceLock)]

    def _find_operation(self, name: str) -> Operation:
        operation = self.operations.get(name)
        if operation is None:
            raise BadDeclaration(who=name, fault="this agent has no such operation")
        return operation

    def _add_operation(self, function: Callable[..., Any], declaration: Declaration) -> Operation:
        return self.operations.add(function, declaration)


def _declaration(kind: Kind, name: str, fields: Mapping[str, Any]) -> Declaration:
    try:
        return Declaration(kind=kind, name=name, **fields)
    except TypeError as fault:
        raise BadDeclaration(who=name, fault=str(fault)) from fault


def _feeds_on(owner: type) -> list[Feed]:
    found: dict[str, Feed] = {}
    for base in reversed(owner.__mro__):
        found.update({name: each for name, each in vars(base).items() if isinstance(each, Feed)})
    return list(found.values())
