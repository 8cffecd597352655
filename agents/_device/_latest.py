"""What another agent said last on one of its feeds."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from ocs_sim.agent import AgentContext
from ocs_sim.clock import Clock
from ocs_sim.wire import BadFeedMessage, agent_address, decode_publication, feed_address


class LatestSample:
    """The newest sample of a recorded feed of another agent, and when it came. Safe to use from any thread.

    Its age is counted from its arrival, by this machine's steady clock: clocks of others may differ.
    """

    def __init__(self, instance_id: str, feed: str, stale_seconds: float, clock: Clock) -> None:
        self.instance_id = instance_id
        self.feed = feed
        self._stale_seconds = stale_seconds
        self._clock = clock
        self._topic = ""
        self._lock = threading.Lock()
        self._values: Mapping[str, Any] = {}
        self._came: float | None = None

    async def listen(self, context: AgentContext[Any]) -> None:
        """Begin to listen; call it in on_start."""
        self._topic = feed_address(agent_address(context.address_root, self.instance_id), self.feed)
        await context.subscribe(self._topic, self._hear)

    @property
    def values(self) -> Mapping[str, Any] | None:
        """The newest sample of each field, or None when there is none or it is stale."""
        with self._lock:
            is_fresh = self._came is not None and self._age() <= self._stale_seconds
            return self._values if is_fresh else None

    @property
    def age_seconds(self) -> float | None:
        """How long ago the newest sample came, stale or not; None when there was none."""
        with self._lock:
            return None if self._came is None else self._age()

    @property
    def problem(self) -> str:
        """Why there are no values."""
        with self._lock:
            if self._came is None:
                return f"{self.instance_id} was not heard yet"
            return f"{self.instance_id} has been silent for {self._age():.0f} s"

    def _age(self) -> float:
        return self._clock.monotonic() - (self._came or 0.0)

    def _hear(self, publication: Any) -> None:
        try:
            blocks = decode_publication(publication, self._topic).blocks
        except BadFeedMessage:
            # A feed that others garble is as good as silent.
            return
        newest = {name: column[-1] for block in blocks for name, column in block.data.items() if len(column)}
        if newest:
            with self._lock:
                self._values, self._came = newest, self._clock.monotonic()
