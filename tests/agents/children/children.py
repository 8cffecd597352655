"""Agents that behave well, and agents that do not."""

from __future__ import annotations

import signal
import sys
from typing import Any

from ocs_sim.agent import Agent, Run, process


class Steady(Agent[Any]):
    """Does its work until it is asked to end."""

    @process(startup=True)
    async def work(self, run: Run) -> str:
        """Work."""
        async for _ in run.every(0.5):
            run.data["busy"] = True
        return "Done."


class Broken(Agent[Any]):
    """Cannot start."""

    async def on_start(self) -> None:
        """Find that the device is not there."""
        print("looking for the device", file=sys.stderr)
        raise OSError("no device on /dev/ttyUSB7")


class Deaf(Agent[Any]):
    """Hears no signal but SIGKILL."""

    async def on_start(self) -> None:
        """Stop listening."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self.context.loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)


class Quiet(Agent[Any]):
    """Keeps its heartbeat to itself."""

    async def on_start(self) -> None:
        """Mute the heartbeat."""
        self.heartbeat_enabled = False
