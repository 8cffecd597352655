"""Agents that make ending hard, for the tests of processes."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

from ocs_sim.agent import Agent, Feed, FeedField, Run, process, task


class Rude(Agent):
    """Has threads and coroutines that do not heed anything."""

    shutdown_seconds = 0.3
    values = Feed("values", record=True, blocks={"block": {"n": FeedField(int)}})

    @task()
    def deaf(self, run: Run) -> None:
        """Never end."""
        while True:
            time.sleep(0.01)

    @task()
    def foreign(self, run: Run) -> None:
        """Leave a thread behind that no one can end, and that is no daemon."""
        threading.Thread(target=lambda: threading.Event().wait(), name="foreign").start()

    @task()
    async def clings(self, run: Run) -> None:
        """Take no end from anybody."""
        while True:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    @task()
    async def quits(self, run: Run) -> None:
        """End the program, as a script would."""
        sys.exit(3)

    @task()
    async def blocks_the_loop(self, run: Run) -> None:
        """Do in the loop what must never be done there."""
        print("blocking", flush=True)
        while True:
            time.sleep(0.01)

    @process()
    def count(self, run: Run) -> None:
        """Publish numbers without a gap, also while the router is away."""
        for tick in run.every(0.02):
            self.values.publish_block("block", {"n": tick})


class Unwilling(Agent):
    """Cannot start."""

    async def on_start(self) -> None:
        """Miss the device."""
        raise OSError("no device on /dev/ttyUSB7")
