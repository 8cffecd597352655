"""What a connection is to offer and to hear, kept across sessions."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.bus._link import Handler, Link, Match

_log = logging.getLogger(__name__)


class Tasks:
    """The coroutines that handlers started; they end with the connection."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(
        self, coroutine: Coroutine[Any, Any, Any], what: str, *, reported: bool = False
    ) -> asyncio.Task[Any]:
        """Run a coroutine; its exception is logged unless somebody else reports it."""
        task = asyncio.get_running_loop().create_task(coroutine, name=what)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if not reported:
            task.add_done_callback(report)
        return task

    async def close(self) -> None:
        """Cancel all but the task that asks for it."""
        left = self._running - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)


def report(task: asyncio.Task[Any]) -> None:
    """Log the exception of a task that nobody awaits."""
    if not task.cancelled() and (error := task.exception()):
        _log.error("%s failed", task.get_name(), exc_info=error)


@dataclass(eq=False)
class Registration:
    """A procedure that is offered in every session."""

    uri: str
    handler: Handler
    link: Link | None = field(default=None, repr=False)
    refusal: str | None = None

    def request(self, link: Link, tasks: Tasks) -> asyncio.Future[Any]:
        """Ask the router."""
        return link.register(self.uri, _answering(self.uri, self.handler, tasks))


@dataclass(eq=False)
class Subscription:
    """A topic that is listened to in every session; give it to `Connection.unsubscribe`."""

    topic: str
    handler: Handler
    match: Match = "exact"
    with_topic: bool = False
    packed: bool = False
    link: Link | None = field(default=None, repr=False)
    token: Any = field(default=None, repr=False)
    refusal: str | None = None

    def request(self, link: Link, tasks: Tasks) -> asyncio.Future[Any]:
        """Ask the router."""
        subscribe = link.subscribe_packed if self.packed else link.subscribe
        return subscribe(self.topic, self._listening(tasks), self.match)

    def _listening(self, tasks: Tasks) -> Handler:
        def deliver(topic: str, *args: Any, **kwargs: Any) -> None:
            if self.with_topic:
                kwargs["topic"] = topic
            try:
                result = self.handler(*args, **kwargs)
            except Exception:
                _log.exception("the handler of %s failed", topic)
                return
            if inspect.iscoroutine(result):
                tasks.start(result, f"handler of {topic}")

        return deliver


Wish = Registration | Subscription


def _answering(uri: str, handler: Handler, tasks: Tasks) -> Handler:
    def answer(*args: Any, **kwargs: Any) -> Any:
        result = handler(*args, **kwargs)
        if inspect.iscoroutine(result):
            # The link reports its failure, to the caller too.
            return tasks.start(result, f"answer of {uri}", reported=True)
        return result

    return answer
