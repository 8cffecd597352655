"""The requests that an agent answers, repeated where that is safe. All of it runs on the bus's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from ocs_sim.bus import CalleeGone, Connection, ConnectionLost, NoSuchProcedure, NotConnected, NotSendable
from ocs_sim.client._api import AgentApi
from ocs_sim.client._errors import AgentAway
from ocs_sim.client._reply import Reply
from ocs_sim.wire import ResponseCode, agent_address, ops_address, to_plain

T = TypeVar("T")
_PAUSE_SECONDS = 0.1
# A router that vanishes without a word must not leave a wait hanging.
_LONGEST_WAIT_SECONDS = 10.0


class AgentPort:
    """One agent as seen through a connection.

    `timeout_seconds` bounds both how long an answer may take and how long the agent or the router may be
    away before a request fails. Requests that only ask are repeated meanwhile; start, stop and abort are
    repeated only if they were certainly not delivered.
    """

    def __init__(
        self,
        connection: Connection,
        instance_id: str,
        address_root: str,
        *,
        timeout_seconds: float,
        password: str | None = None,
    ) -> None:
        """Prepare requests; nothing is sent yet."""
        self.connection = connection
        self.instance_id = instance_id
        self.address_root = address_root
        self.address = agent_address(address_root, instance_id)
        self.timeout_seconds = timeout_seconds
        self._password = password
        self._ops = ops_address(self.address)

    async def api(self, patience_seconds: float | None = None) -> AgentApi:
        """Return what the agent offers."""
        call = self.connection.call
        patience = self.timeout_seconds if patience_seconds is None else patience_seconds
        answer = await self._persist(
            lambda: call(self.address, "get_api", timeout_seconds=self.timeout_seconds),
            repeatable=True,
            patience_seconds=patience,
        )
        return AgentApi.decode(answer)

    async def status(self, op_name: str) -> Reply:
        """Return an operation's latest run."""
        return await self._request("status", op_name, {}, repeatable=True)

    async def start(self, op_name: str, params: Mapping[str, Any]) -> Reply:
        """Start an operation; raise NotSendable for a parameter that would not arrive as it is."""
        plain, warnings = to_plain(params, op_name)
        if warnings:
            raise NotSendable(what=f"a parameter of {op_name}", fault="; ".join(warnings))
        return await self._request("start", op_name, plain, **self._credentials())

    async def end(self, action: str, op_name: str) -> Reply:
        """Ask an operation to `stop` or `abort`."""
        return await self._request(action, op_name, {}, **self._credentials())

    async def wait(self, op_name: str, timeout_seconds: float | None = None) -> Reply:
        """Wait until an operation is not running; time is up with code TIMEOUT."""
        loop = asyncio.get_running_loop()
        end = None if timeout_seconds is None else loop.time() + timeout_seconds
        while True:
            left = _LONGEST_WAIT_SECONDS if end is None else max(0.0, end - loop.time())
            portion = min(left, _LONGEST_WAIT_SECONDS)
            reply = await self._request("wait", op_name, {}, repeatable=True, timeout=portion)
            if reply.status is not ResponseCode.TIMEOUT or (end is not None and loop.time() >= end):
                return reply

    async def follow(self, started: Reply, seconds: float) -> Reply:
        """Wait for the run that `started` is about; the code is TIMEOUT while it still goes on.

        It is ERROR when the agent was restarted meanwhile, so that the run is lost.
        """
        name = started.session.op_name
        reply = await self._request("wait", name, {}, repeatable=True, timeout=seconds)
        if reply.session.identity != started.session.identity:
            text = f"{self.address} was restarted, or {name} was started again: that run's end is not known."
            return Reply(ResponseCode.ERROR, text, reply.session)
        return reply

    def _credentials(self) -> dict[str, Any]:
        return {"password": self._password} if self._password else {}

    async def _request(
        self, action: str, op_name: str, params: Any, *, repeatable: bool = False, **options: Any
    ) -> Reply:
        patience = self.timeout_seconds + (options.get("timeout") or 0.0)

        def send() -> Awaitable[Any]:
            return self.connection.call(
                self._ops, action, op_name, params, timeout_seconds=patience, **options
            )

        if self.connection.joined:
            try:
                return Reply.decode(await send())
            except (NoSuchProcedure, CalleeGone, NotConnected) as fault:
                if not repeatable and isinstance(fault, CalleeGone | ConnectionLost):
                    raise
        return Reply.decode(
            await self._persist(send, repeatable=repeatable, patience_seconds=self.timeout_seconds)
        )

    async def _persist(
        self, send: Callable[[], Awaitable[T]], *, repeatable: bool, patience_seconds: float
    ) -> T:
        """Send until there is an answer or patience ends."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience_seconds
        while True:
            await self.connection.wait_joined(max(0.0, end - loop.time()))
            try:
                return await send()
            except (NoSuchProcedure, CalleeGone, NotConnected) as error:
                if not repeatable and isinstance(error, CalleeGone | ConnectionLost):
                    raise
                fault = error
            if loop.time() >= end:
                away = self._away(fault, patience_seconds)
                raise away from fault
            await asyncio.sleep(min(_PAUSE_SECONDS, max(0.0, end - loop.time())))

    def _away(self, fault: Exception, seconds: float) -> AgentAway:
        said = "nobody answers" if isinstance(fault, NoSuchProcedure) else "the connection breaks"
        return AgentAway(address=self.address, seconds=seconds, fault=said)
