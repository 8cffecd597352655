"""How a client gets hold of its agent. All of it runs on the bus's loop."""

from __future__ import annotations

from dataclasses import dataclass

from ocs_sim.bus import Connection
from ocs_sim.client import _shared
from ocs_sim.client._api import AgentApi
from ocs_sim.client._discovery import hint_of, listen
from ocs_sim.client._errors import AgentAway, UnknownAgent
from ocs_sim.client._port import AgentPort
from ocs_sim.client._where import Where

# Two heartbeats' time: then whoever is there was heard.
_LISTEN_SECONDS = 2.2


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client is to be opened with."""

    instance_id: str
    where: Where | None
    connection: Connection | None
    address_root: str
    timeout_seconds: float
    password: str | None = None

    async def open(self) -> AgentPort:
        """Return a port to the agent, over the connection that all clients of the site share."""
        connection = self.connection
        if connection is None:
            assert self.where is not None  # noqa: S101 - one of the two is given
            connection = await _shared.acquire(self.where)
        return AgentPort(
            connection,
            self.instance_id,
            self.address_root,
            timeout_seconds=self.timeout_seconds,
            password=self.password,
        )

    async def close(self) -> None:
        """Give the connection back."""
        if self.where is not None:
            await _shared.release(self.where)


async def first_contact(port: AgentPort) -> AgentApi:
    """Return what the agent offers; raise UnknownAgent, with the ids that were heard, if nobody answers."""
    await port.connection.wait_joined(port.timeout_seconds)
    try:
        return await port.api(patience_seconds=0.0)
    except AgentAway:
        seen = await listen(port.connection, port.address_root, min(_LISTEN_SECONDS, port.timeout_seconds))
    try:
        # It may just have been on its way.
        return await port.api(patience_seconds=0.0)
    except AgentAway:
        hint = hint_of(port.instance_id, [agent.instance_id for agent in seen])
        raise UnknownAgent(instance_id=port.instance_id, address=port.address, hint=hint) from None
