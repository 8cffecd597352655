"""One agent's life on the bus: start, heartbeats, joins, and a clean end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from enum import Enum
from typing import Any

from ocs_sim.agent._access import read_policy
from ocs_sim.agent._agent import Agent
from ocs_sim.agent._courier import Courier
from ocs_sim.agent._dispatcher import Dispatcher
from ocs_sim.agent._executor import Executor
from ocs_sim.agent._feeds import Feed
from ocs_sim.agent._management import Management
from ocs_sim.agent._operations import Operation
from ocs_sim.agent._replay import Replay
from ocs_sim.agent._timer import Signal
from ocs_sim.wire import ResponseCode, ops_address

HEARTBEAT_PERIOD_SECONDS = 1.0
_ON_STOP_SECONDS = 0.4
_HEARTBEAT = "heartbeat"


class Phase(Enum):
    """Where an agent's life stands: new -> started -> stopping -> stopped."""

    NEW = "new"
    STARTED = "started"
    STOPPING = "stopping"
    STOPPED = "stopped"


class AgentService:
    """Puts an agent on the bus. All methods are for the loop's thread."""

    def __init__(self, agent: Agent[Any], courier: Courier) -> None:
        context = agent.context
        policy = read_policy(context.access_policy)
        self.agent = agent
        self.phase = Phase.NEW
        self.abandoned: list[str] = []
        self._courier = courier
        self._executor = Executor(context.instance_id, context.clock, agent.log, agent.find_lock)
        self.dispatcher = Dispatcher(agent.operations, self._executor, context.clock, agent.log, policy)
        self.management = Management(agent, policy, context.clock.time())
        self._began = context.clock.monotonic()
        self._stopping = Signal(context.clock)
        self._heartbeats: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the agent start, and connect; raises what its on_start raises."""
        agent, link = self.agent, self.agent.context.link
        for operation in agent.operations:
            if operation.declaration.lock is not None:
                agent.find_lock(operation.declaration.lock)
        # In OCS's order: clients take an agent that answers management calls to be ready for operations.
        await link.register(ops_address(agent.context.address), self.dispatcher.handle)
        await link.register(agent.context.address, self.management.handle)
        replay = Replay(agent, self._courier)
        await agent.context.register_rpc("replay", replay.handle)
        await agent.context.register_rpc("replay_index", replay.index)
        await agent.on_start()
        self.phase = Phase.STARTED
        self._start_operations("boot")
        link.start()
        self._heartbeats = asyncio.get_running_loop().create_task(self._beat())

    def joined(self) -> None:
        """Do what follows each join: say hello, publish what waited, start what is to start by itself."""
        if self.phase is not Phase.STARTED:
            return
        first = _HEARTBEAT not in self.agent.feeds
        if first:
            self.agent.add_feed(Feed(_HEARTBEAT))
        self._heartbeat()
        self._courier.drain()
        if first:
            self._start_operations("joined")

    async def stop(self) -> None:
        """End every run, say goodbye and leave."""
        if self.phase in (Phase.STOPPING, Phase.STOPPED):
            return
        self.phase = Phase.STOPPING
        self.abandoned = await self._executor.shut_down(self.agent.shutdown_seconds)
        if self.abandoned:
            self.agent.log.error("did not end and is abandoned: %s", ", ".join(self.abandoned))
        await self._on_stop()
        for publisher in self.agent.feeds.values():
            publisher.flush()
        await self._courier.finish()
        self._heartbeat()
        self._stopping.set()
        if self._heartbeats is not None:
            await self._heartbeats
        await self._courier.close()
        self._tell_what_is_left()
        await self.agent.context.link.close()
        self.phase = Phase.STOPPED

    async def _on_stop(self) -> None:
        try:
            async with asyncio.timeout(_ON_STOP_SECONDS):
                await self.agent.on_stop()
        except Exception:
            self.agent.log.exception("on_stop failed")

    async def _beat(self) -> None:
        clock = self.agent.context.clock
        due = clock.monotonic()
        while True:
            due = max(due + HEARTBEAT_PERIOD_SECONDS, clock.monotonic())
            if await self._stopping.wait_async(due - clock.monotonic()):
                return
            self._heartbeat()

    def _heartbeat(self) -> None:
        publisher = self.agent.feeds.get(_HEARTBEAT)
        if publisher is None or not self.agent.heartbeat_enabled:
            return
        # In the description: each key of the message must be an operation.
        publisher.extras = {
            "uptime_seconds": self.agent.context.clock.monotonic() - self._began,
            "blocks_waiting": self._courier.waiting,
            "blocks_dropped": self._courier.dropped,
            **self._recorded_feeds(),
            **self._spilled(),
        }
        publisher.publish(self.agent.operations.codes())

    def _recorded_feeds(self) -> dict[str, Any]:
        recorded = {name: each for name, each in self.agent.feeds.items() if each.feed.record}
        next_sent = self._courier.next_sent()
        return {
            "feeds": {name: next_sent.get(each.info.address, 0) for name, each in recorded.items()},
            "counters": {
                name: self._courier.counters(each.info.address).encode() for name, each in recorded.items()
            },
        }

    def _spilled(self) -> dict[str, Any]:
        spill = self._courier.spill
        if spill is None:
            return {}
        told: dict[str, Any] = {"spill": {"bytes": spill.size_bytes, "missed": spill.missed_blocks}}
        earlier = spill.earlier()
        return told | {"earlier": earlier} if earlier else told

    def _tell_what_is_left(self) -> None:
        waiting, spill = self._courier.waiting, self._courier.spill
        if not waiting:
            return
        if spill is not None:
            self.agent.log.warning("%d blocks that no router took are kept in %s", waiting, spill.directory)
        else:
            self.agent.log.error("%d blocks are lost: no router to give them to", waiting)

    def _start_operations(self, when: str) -> None:
        wanted: list[tuple[Operation, Mapping[str, Any]]] = []
        for operation in self.agent.operations:
            startup = operation.declaration.startup
            if startup is not False and operation.declaration.startup_when == when:
                wanted.append((operation, {} if startup is True else startup))
        if when == "joined":
            wanted += self.agent.startup
        for operation, params in wanted:
            reply = self.dispatcher.start_own(operation, params)
            if reply.code is not ResponseCode.OK:
                self.agent.log.error("%s did not start by itself: %s", operation.name, reply.message)
