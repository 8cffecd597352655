"""What an agent knows of its surroundings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from typing_extensions import TypeVar

from ocs_sim.agent._options import Options
from ocs_sim.agent._publisher import Delivery
from ocs_sim.agent._timer import Timer
from ocs_sim.site import Host, Site
from ocs_sim.wire import Reply, ResponseCode, agent_address, ops_address

OptionsT_co = TypeVar("OptionsT_co", bound=Options, covariant=True, default=Options)
Handler = Callable[..., Any]


class BusLink(Protocol):
    """The part of `ocs_sim.bus.Connection` that an agent needs; tests have another one."""

    @property
    def joined(self) -> bool:
        """Whether the router is there."""
        ...

    async def call(self, uri: str, /, *args: Any, timeout_seconds: float | None = None, **kwargs: Any) -> Any:
        """Call a procedure."""
        ...

    def publish(self, topic: str, /, *args: Any) -> None:
        """Publish; raises NotConnected while the router is away."""
        ...

    def publish_packed(self, topic: str, packed: bytes) -> None:
        """Publish one positional argument that is msgpack already; raises as `publish` does."""
        ...

    @property
    def backlog_bytes(self) -> int:
        """How much was published that has not left this machine's memory yet."""
        ...

    async def register(self, uri: str, handler: Handler) -> None:
        """Offer a procedure, now and after each join."""
        ...

    async def subscribe(
        self,
        topic: str,
        handler: Handler,
        match: Any = "exact",
        *,
        with_topic: bool = False,
        packed: bool = False,
    ) -> Any:
        """Listen to a topic, now and after each join; with `packed`, to the argument as msgpack bytes."""
        ...

    def start(self) -> None:
        """Begin to connect."""
        ...

    async def close(self) -> None:
        """Leave."""
        ...


@dataclass(frozen=True)
class AgentContext(Generic[OptionsT_co]):
    """Who an agent is, where it runs, and the bus.

    `agent_class` is spelled as in the site file; `boot_id` tells this run of the agent from all others.
    """

    instance_id: str
    address_root: str
    agent_class: str
    options: OptionsT_co
    site: Site
    host: Host
    clock: Timer
    log: logging.LoggerAdapter[Any]
    boot_id: str
    link: BusLink
    delivery: Delivery
    loop: asyncio.AbstractEventLoop
    access_policy: str = "none"

    @property
    def address(self) -> str:
        """The agent's address, `{address_root}.{instance_id}`."""
        return agent_address(self.address_root, self.instance_id)

    async def call(
        self,
        instance_id: str,
        op_name: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        timeout_seconds: float | None = 10.0,
    ) -> Reply:
        """Call an operation of another agent: `action` is start, stop, abort, wait or status.

        Raises ocs_sim.bus.BusError when it cannot be reached.
        """
        uri = ops_address(agent_address(self.address_root, instance_id))
        answer = await self.link.call(
            uri, action, op_name, dict(params or {}), timeout_seconds=timeout_seconds
        )
        code, message, session = answer
        return Reply(ResponseCode(code), message, session)

    def call_blocking(
        self,
        instance_id: str,
        op_name: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        timeout_seconds: float | None = 10.0,
    ) -> Reply:
        """Do the same from a plain function's thread."""
        calling = self.call(instance_id, op_name, action, params, timeout_seconds)
        return asyncio.run_coroutine_threadsafe(calling, self.loop).result()

    async def subscribe(
        self, topic: str, handler: Handler, match: str = "exact", *, packed: bool = False
    ) -> None:
        """Call `handler(message)` in the loop for each publication; it should only put things aside.

        With `packed` the message is the msgpack bytes of what was published, which nobody has unpacked.
        """
        await self.link.subscribe(topic, handler, match, packed=packed)

    async def register_rpc(self, name: str, handler: Handler) -> None:
        """Offer a procedure `{address}.{name}` beside the usual two."""
        await self.link.register(f"{self.address}.{name}", handler)
