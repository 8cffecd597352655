"""What the site's other agents say."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ocs_sim.agent import AgentContext
from ocs_sim.remote import Told
from ocs_sim.wire import BadFeedMessage, agent_address, decode_publication, feed_address

from .._device import LatestSample
from ._options import SiteOptions

_FEEDS = {"mount": "pointing", "camera": "camera", "dome": "dome", "weather": "conditions"}


class Ears:
    """Listens to the agents that the options name; what is not named is not there."""

    def __init__(self, context: AgentContext[SiteOptions]) -> None:
        options = context.options
        self._context = context
        self._latest = {
            role: LatestSample(getattr(options, role), feed, options.stale_after, context.clock)
            for role, feed in _FEEDS.items()
            if getattr(options, role)
        }

    async def listen(self) -> None:
        """Begin to listen; call it in on_start."""
        for each in self._latest.values():
            await each.listen(self._context)

    def told(self) -> Mapping[str, Told]:
        """Return what each agent said last, and how long ago."""
        return {role: _told(each) for role, each in self._latest.items()}


class HeardFiles:
    """The images that the camera's agent told of and nobody has noted yet. For any thread."""

    def __init__(self) -> None:
        self._topic = ""
        self._lock = threading.Lock()
        self._paths: deque[Path] = deque()

    async def listen(self, context: AgentContext[Any], camera: str) -> None:
        """Begin to listen; call it in on_start."""
        self._topic = feed_address(agent_address(context.address_root, camera), "files")
        await context.subscribe(self._topic, self._hear)

    def add(self, path: Path) -> None:
        """Take one more."""
        with self._lock:
            self._paths.append(path)

    def peek(self) -> list[Path]:
        """Return those that are to be noted."""
        with self._lock:
            return list(self._paths)

    def noted(self, paths: list[Path]) -> None:
        """Forget those which `peek` returned."""
        with self._lock:
            for _ in paths:
                self._paths.popleft()

    def _hear(self, publication: Any) -> None:
        try:
            message = decode_publication(publication, self._topic).message
        except BadFeedMessage:
            return
        path = message.get("path") if isinstance(message, Mapping) else None
        if isinstance(path, str) and path:
            self.add(Path(path))


def _told(latest: LatestSample) -> Told:
    values = latest.values
    problem = "" if values is not None else latest.problem
    return Told(latest.instance_id, values, latest.age_seconds, problem)
