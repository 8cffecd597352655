"""An agent in a test: no router, no process, and a clock that the test may turn by hand."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Generic, TypeVar

from ocs_sim.agent import (
    Agent,
    AgentContext,
    AgentService,
    Courier,
    Spill,
    SystemTimer,
    Timer,
    parse_options,
    spill_directory,
    split_common,
)
from ocs_sim.site import Host, Hub, Site
from ocs_sim.testing._local_bus import LocalBus
from ocs_sim.testing._manual_clock import ManualClock
from ocs_sim.wire import Block, FeedMessage, Reply, ResponseCode, decode_publication, feed_address

AgentT = TypeVar("AgentT", bound=Agent[Any])
_HUB = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "test_realm", "observatory")


class AgentHarness(Generic[AgentT]):
    """Runs one agent on a bus inside the test, as its own router and client would.

        with AgentHarness(MyAgent, arguments=["--gain", "2"], clock=ManualClock()) as mine:
            reply = mine.start("expose", seconds=3.0)
            mine.advance(3.0)
            assert mine.wait("expose").session["success"]
            assert mine.blocks("temperatures")

    Several agents can meet: give each the same `bus`, a LocalBus that is entered before and left after.
    """

    def __init__(
        self,
        agent_class: type[AgentT],
        *,
        arguments: Sequence[str] = (),
        instance_id: str = "test1",
        clock: Timer | None = None,
        bus: LocalBus | None = None,
        directory: Path | None = None,
        access_policy: str = "none",
        site: Site | None = None,
    ) -> None:
        """Prepare to run an agent; `directory` stands for that of the site file, unless `site` has one."""
        self._class = agent_class
        self._arguments = list(arguments)
        self._instance_id = instance_id
        self._policy = access_policy
        self._stack = ExitStack()
        self._directory = directory or Path.cwd()
        self._log_dir = self._directory / "logs"
        self._log = logging.LoggerAdapter(logging.getLogger(f"ocs_sim.test.{instance_id}"), {})
        self._site = site or Site(self._directory / "site.yaml", _HUB, {})
        self._own_bus = bus is None
        self.bus = bus or LocalBus()
        self.clock: Timer = clock or SystemTimer()

    @property
    def agent(self) -> AgentT:
        """The agent itself."""
        return self._agent

    @property
    def address(self) -> str:
        """The agent's address."""
        return f"{_HUB.address_root}.{self._instance_id}"

    def __enter__(self) -> AgentHarness[AgentT]:
        if self._own_bus:
            self._stack.enter_context(self.bus)
        try:
            self.service = self.bus.run(self._begin())
        except BaseException:
            self._stack.close()
            raise
        if isinstance(self.clock, ManualClock):
            self._stack.callback(self.clock.watch(self._participants, self.bus.flush))
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.bus.run(self._end())
        finally:
            self._stack.close()

    def start(self, operation: str, /, **params: Any) -> Reply:
        """Start an operation."""
        return self.ops("start", operation, params)

    def run(self, operation: str, /, **params: Any) -> Reply:
        """Start an operation and wait for its end; the reply of the start if that was refused."""
        reply = self.start(operation, **params)
        return reply if reply.code is not ResponseCode.OK else self.wait(operation)

    def stop(self, operation: str) -> Reply:
        """Stop a process."""
        return self.ops("stop", operation)

    def abort(self, operation: str) -> Reply:
        """Abort a task."""
        return self.ops("abort", operation)

    def wait(self, operation: str, timeout_seconds: float | None = 20.0) -> Reply:
        """Wait for an operation to end."""
        return self.ops("wait", operation, None, timeout_seconds)

    def status(self, operation: str) -> Reply:
        """Return how an operation stands."""
        return self.ops("status", operation)

    def ops(self, *args: Any, **kwargs: Any) -> Reply:
        """Call `{address}.ops` with any arguments."""
        code, message, session = self.bus.run(self.service.dispatcher.ops(*args, **kwargs))
        return Reply(ResponseCode(code), message, session)

    def ask(self, question: str = "get_api") -> Any:
        """Call `{address}`, as clients do to learn what an agent offers."""
        return self.bus.run(self.bus.answer(self.address, (question,), {}))

    def advance(self, seconds: float) -> None:
        """Let time pass; only with a ManualClock."""
        if not isinstance(self.clock, ManualClock):
            raise TypeError("give the harness a ManualClock to turn its time by hand")
        self.clock.advance(seconds)

    def published(self, feed: str) -> list[FeedMessage]:
        """Return what the agent has published on a feed so far."""
        self._settle()
        topic = feed_address(self.address, feed)
        return [decode_publication(args[0], topic) for each, args in self.bus.published if each == topic]

    def blocks(self, feed: str) -> list[Block]:
        """Return the blocks that the agent has published on a recorded feed so far."""
        return [block for message in self.published(feed) for block in message.blocks]

    def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait in real time until a condition holds; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not so within {seconds} s: {inspect.getsource(condition).strip()}")
            time.sleep(0.002)

    def _settle(self) -> None:
        """Let the agent send what it can: much is sent in several turns of the loop."""
        before = -1
        self.bus.flush()
        while self._courier.waiting not in (0, before):
            before = self._courier.waiting
            self.bus.flush()

    async def _begin(self) -> AgentService:
        services: list[AgentService] = []
        link = self.bus.link(lambda: services[0].joined())  # noqa: PLW0108 - there is none yet
        common, arguments = split_common(self._arguments, self._directory)
        boot_id = str(self.clock.time())
        courier = self._courier = Courier(
            link, self.bus.loop, self.clock, common.history_bytes, self._spill(common.spill_bytes, boot_id)
        )
        options = parse_options(self._class.Options, arguments, self._directory)
        context = AgentContext(
            instance_id=self._instance_id,
            address_root=_HUB.address_root,
            agent_class=self._class.__name__,
            options=options,
            site=self._site,
            host=Host("localhost", _HUB, self._log_dir),
            clock=self.clock,
            log=self._log,
            boot_id=boot_id,
            link=link,
            delivery=courier,
            loop=self.bus.loop,
            access_policy=self._policy,
        )
        self._agent = self._class(context)
        services.append(AgentService(self._agent, courier))
        await services[0].start()
        return services[0]

    def _spill(self, capacity_bytes: int, boot_id: str) -> Spill | None:
        if not capacity_bytes:
            return None
        directory = spill_directory(self._log_dir, self._instance_id)
        return Spill(directory, boot_id, capacity_bytes, self.clock, self._log)

    async def _end(self) -> None:
        await self.service.stop()

    def _participants(self) -> list[Hashable]:
        threads = [
            each.ident for each in threading.enumerate() if each.name.startswith(f"{self._instance_id}:")
        ]
        return [*threads, *asyncio.all_tasks(self.bus.loop)]
