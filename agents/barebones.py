"""Barebones: the smallest agent that does something, to start one's own from."""

from __future__ import annotations

from typing import Literal

from ocs_sim.agent import Agent, AgentContext, DeviceLock, Feed, FeedField, Run, option, process, task
from ocs_sim.agent import Options as AgentOptions

_LOCK_SECONDS = 3.0


class BarebonesOptions(AgentOptions):
    """What a site file may say of Barebones."""

    mode: Literal["idle", "count"] = option(
        "count", help="`count` starts counting when the agent has joined."
    )


class Barebones(Agent[BarebonesOptions]):
    """Counts, and prints."""

    Options = BarebonesOptions
    aliases = ("Barebones",)

    feed = Feed(
        "feed_name",
        record=True,
        blocks={"count": {"value": FeedField(int, "", "How far the count has come")}},
        buffer_time_seconds=1.0,
        agg_params={"frame_length": 600},
    )

    def __init__(self, context: AgentContext[BarebonesOptions]) -> None:
        super().__init__(context)
        self.device = DeviceLock("device")
        if self.options.mode == "count":
            self.start_when_joined("count")

    @process()
    def count(self, run: Run, test_mode: bool = False) -> str:
        """count(test_mode=False)

        **Process** - Count up from 1, once a second.

        `session['data']` is `{"value": 3, "timestamp": 1600448753.9}`.

        Args:
            test_mode (bool): Count to 1 and end.

        """
        for tick in run.every(1.0):
            # Held for one step only, so that a task which wants the device waits a moment, not for ever.
            with self.device.hold(run):
                now = self.context.clock.time()
                run.data = {"value": tick + 1, "timestamp": now}
                self.feed.publish_block("count", {"value": tick + 1}, now)
            if test_mode:
                break
        self.feed.flush()
        return "Acquisition exited cleanly."

    @task()
    def print(self, run: Run, text: str = "hello world") -> str:
        """print(text='hello world')

        **Task** - Print a text to the log.

        `session['data']` is `{"text": "hello world", "last_updated": 1660249321.9}`.

        Args:
            text (str): What to print.

        """
        with self.device.hold(run, _LOCK_SECONDS):
            self.log.info("%s", text)
            run.data = {"text": text, "last_updated": self.context.clock.time()}
        return "Printed text to logs"
