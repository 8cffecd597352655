"""The agents that carry jobs out, as seen over the bus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.agent import AgentContext, Signal
from ocs_sim.bus import BusError, ConnectionLost, NoSuchProcedure, NotConnected
from ocs_sim.wire import Reply, agent_address, ops_address

Session = Mapping[str, Any]
_NEVER_SENT = (NoSuchProcedure, NotConnected)
_STATUS_WORDS = "Status is now"


class PeerAway(Exception):
    """An agent does not answer; `maybe_done` says that it may have got the call all the same."""

    def __init__(self, agent: str, fault: Exception) -> None:
        super().__init__(f"{agent} does not answer ({fault})")
        self.maybe_done = not isinstance(fault, _NEVER_SENT) or isinstance(fault, ConnectionLost)


@dataclass(frozen=True, slots=True)
class Offered:
    """An operation that an agent offers: its latest run ({} for none), and its parameters' JSON Schema."""

    session: Session
    schema: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What an agent offers; `boot` tells this process of the agent from any other, "" if it does not say."""

    boot: str
    operations: Mapping[str, Offered] = field(default_factory=dict)


class Peers:
    """Calls to other agents. Every method raises PeerAway."""

    def __init__(self, context: AgentContext[Any], timeout_seconds: float = 5.0) -> None:
        self._context = context
        self._timeout = timeout_seconds
        self.never = Signal(context.clock)
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}

    def turn(self, agent: str, operation: str) -> asyncio.Lock:
        """Return what two stops hold one after the other, lest the one takes the other's run for its own."""
        return self._turns.setdefault((agent, operation), asyncio.Lock())

    async def offer(self, agent: str) -> Offer:
        """Return what an agent offers now."""
        address = agent_address(self._context.address_root, agent)
        try:
            told = await self._context.link.call(address, "get_api", timeout_seconds=self._timeout)
        except (BusError, TimeoutError) as fault:
            raise PeerAway(agent, fault) from fault
        listed = [*told.get("tasks", ()), *told.get("processes", ())]
        operations = {
            name: Offered(session if "session_id" in session else {}, info.get("params_schema"))
            for name, session, info in listed
        }
        return Offer(str(told.get("boot_id") or ""), operations)

    async def status(self, agent: str, operation: str) -> Session:
        """Return the latest run of an operation; {} if there is none."""
        return (await self._call(agent, operation, "status")).session

    async def wait(self, agent: str, operation: str, seconds: float) -> Session:
        """Return the run that is the latest one now, when it is over or as it is after so long."""
        uri = ops_address(agent_address(self._context.address_root, agent))
        try:
            answer = await self._context.link.call(
                uri, "wait", operation, None, seconds, timeout_seconds=seconds + self._timeout
            )
        except (BusError, TimeoutError) as fault:
            raise PeerAway(agent, fault) from fault
        session: Session = answer[2]
        return session

    async def start(self, agent: str, operation: str, params: Mapping[str, Any]) -> Reply:
        """Start an operation."""
        return await self._call(agent, operation, "start", params)

    async def end(self, agent: str, operation: str, action: str = "abort") -> Reply:
        """Ask a run to end."""
        return await self._call(agent, operation, action)

    async def _call(
        self, agent: str, operation: str, action: str, params: Mapping[str, Any] | None = None
    ) -> Reply:
        try:
            return await self._context.call(agent, operation, action, params, self._timeout)
        except (BusError, TimeoutError) as fault:
            raise PeerAway(agent, fault) from fault


def run_of(session: Session) -> str:
    """Return what tells a run from all others of its agent; "" for no run."""
    if "session_id" not in session:
        return ""
    return f"{session['session_id']}@{float(session.get('start_time') or 0.0)!r}"


def is_over(session: Session) -> bool:
    """Return whether nothing runs."""
    return session.get("status") in (None, "done")


def last_words(session: Session) -> str:
    """Return what a run said at last."""
    texts = [str(text) for _, text in session.get("messages", ())]
    said = [text for text in texts if not text.startswith(_STATUS_WORDS)]
    return said[-1] if said else ""
