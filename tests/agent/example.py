"""An agent with an operation of each kind, for the tests to poke."""

from __future__ import annotations

import math
import time
from typing import Annotated, Any, Literal

from pydantic import Field
from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from ocs_sim.agent import (
    Agent,
    AgentContext,
    DeviceLock,
    Feed,
    FeedField,
    OperationFailed,
    Options,
    Run,
    Unit,
    option,
    process,
    task,
)


class ExampleOptions(Options):
    gain: int = option(2, help="how much", ge=1)


class Example(Agent[ExampleOptions]):
    """Does one thing of each kind."""

    Options = ExampleOptions
    aliases = ("Sample",)

    temps = Feed(
        "temps",
        record=True,
        blocks={"block": {"a": FeedField(float, "K", "first"), "b": FeedField(int)}},
        agg_params={"frame_length": 60},
        coalesce=False,
    )
    news = Feed("news")
    free = Feed("free", record=True, buffer_time_seconds=1.0)

    def __init__(self, context: AgentContext[ExampleOptions]) -> None:
        super().__init__(context)
        self.device = DeviceLock("camera")
        self.seen: list[Any] = []
        self.released = False
        self.register_task("plain", plain, aliases=["simple"])

    @task()
    def expose(
        self,
        run: Run,
        seconds: Annotated[float, Field(ge=0), Unit("s")],
        kind: Literal["light", "dark"] = "light",
        count: int = 1,
        note: str | None = None,
    ) -> str:
        """Expose.

        Longer text.
        """
        self.seen.append((seconds, kind, count, note))
        run.progress(stage="exposing", target=seconds, unit="s")
        run.sleep(seconds)
        return "Exposed."

    @process(aliases=["monitor"])
    async def watch(self, run: Run, test_mode: bool = False) -> str:
        async for tick in run.every(1.0):
            run.data = {"tick": tick}
            if test_mode:
                break
        return "Watched."

    @task(abortable=False, min_privs=3)
    def stubborn(self, run: Run) -> None:
        """Never heeds an abort."""
        while not self.released:
            time.sleep(0.001)

    @task()
    def slow_to_end(self, run: Run) -> None:
        """Is told to end and takes its time."""
        while not self.released:
            time.sleep(0.001)

    @task()
    def returns(self, run: Run, what: str) -> Any:
        return {
            "none": None,
            "text": "a text",
            "pair": (True, "well"),
            "failed": (False, "badly"),
            "truthy": [1, "one"],
            "number": 10,
            "bool": True,
            "texts": ("a", "b"),
        }[what]

    @task()
    async def raises(self, run: Run, what: str) -> None:
        if what == "failed":
            raise OperationFailed("The shutter is stuck.")
        if what == "cancelled":
            run.token.check()
        if what == "exit":
            raise SystemExit(3)
        raise ValueError("boom")

    @task(blocking=False)
    @inlineCallbacks
    def deferred(self, run: Run, value: int = 1) -> Any:
        got = yield succeed(value)
        run.data["got"] = got
        return True, f"got {got}"

    @task(blocking=False)
    def broken_deferred(self, run: Run) -> Any:
        waiting: Deferred[None] = Deferred()
        waiting.errback(KeyError("lost"))
        return waiting

    @task(blocking=False)
    def in_loop(self, run: Run) -> str:
        return "in the loop"

    @task(lock="device")
    def locked(self, run: Run, seconds: float = 1.0) -> str:
        run.sleep(seconds)
        return "held"

    @task()
    async def locked_async(self, run: Run, seconds: float = 1.0, patience: float = 0.5) -> str:
        async with self.device.hold_async(run, patience):
            await run.sleep_async(seconds)
        return "held"

    @task()
    def infinite(self, run: Run) -> None:
        run.data["value"] = math.inf
        run.data["when"] = [math.nan, 1.0]

    @task()
    def anything(self, run: Run, **params: Any) -> None:
        self.seen.append(params)

    @task()
    def publish(self, run: Run, value: Any) -> None:
        self.temps.publish(value)


def plain(run: Run, times: int = 2) -> str:
    return "plain " * times
