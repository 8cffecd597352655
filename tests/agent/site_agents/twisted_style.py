"""An agent in the style of OCS: it imports Twisted's reactor where it is imported itself."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks
from twisted.internet.task import deferLater

from ocs_sim.agent import Agent, Run, task


class Twisted(Agent):
    """Waits as Twisted does."""

    @task(blocking=False)
    @inlineCallbacks
    def pause(self, run: Run, seconds: float = 0.01) -> Generator[Any, Any, str]:
        """Wait."""
        yield deferLater(reactor, seconds, lambda: None)
        return "Waited."
