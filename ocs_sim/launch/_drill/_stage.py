"""Where a fault happens: a scratch site that publishes and records, and ways to wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

import psutil

from ocs_sim.launch._ask import ask_all
from ocs_sim.launch._drill._desk import until
from ocs_sim.launch._drill._scratch import AGGREGATOR, Scratch
from ocs_sim.launch._drill._sources import Sources
from ocs_sim.launch._drill._watch import News, Watch, feeds_of, pending_blocks
from ocs_sim.launch._logs import log_tail

_RETURN_SECONDS = 60.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Event:
    """What a fault did, as a sentence and as figures; `at_once` asks for the next one without a pause."""

    text: str
    figures: dict[str, float] = field(default_factory=dict)
    at_once: bool = False


@dataclass(frozen=True)
class Stage:
    """A scratch site under load; `random` decides when things happen, `say` tells of progress."""

    scratch: Scratch
    sources: Sources
    watch: Watch
    random: Random
    say: Callable[[str], None]
    pause: Callable[[float], None] = time.sleep

    def process(self, name: str) -> psutil.Process:
        """Wait for an agent's process and return it."""
        return until(lambda: self.scratch.process(name), f"{name} has a process", _RETURN_SECONDS)

    def next_process(self, name: str, old: psutil.Process) -> psutil.Process:
        """Wait for the process that the HostMaster starts in place of one that was killed."""

        def new() -> psutil.Process | None:
            process = self.scratch.process(name)
            return process if process is not None and process.pid != old.pid else None

        return until(new, f"{name} is started again", _RETURN_SECONDS, lambda: self._tail(name))

    def answering(self, names: Iterable[str]) -> dict[str, float]:
        """Wait until all of them answer; return how many seconds that took each."""
        began, waiting = time.monotonic(), list(names)
        took: dict[str, float] = {}

        def all_answer() -> bool:
            for name in ask_all(self.scratch.layout, waiting, "get_agent_class"):
                took[name] = time.monotonic() - began
                waiting.remove(name)
            return not waiting

        what = f"{', '.join(waiting)} answer"
        until(all_answer, what, _RETURN_SECONDS, lambda: "".join(map(self._tail, waiting)))
        return took

    def recording(self) -> None:
        """Wait until the Aggregator records."""
        until(
            lambda: (self.scratch.desk.session(AGGREGATOR, "record") or {}).get("status") == "running",
            "the Aggregator records",
            _RETURN_SECONDS,
            lambda: self._tail(AGGREGATOR),
        )

    def complete(self, seconds: float = _RETURN_SECONDS) -> float:
        """Wait until the Aggregator has all that was published before now; return how many seconds that took.

        To within two seconds: agents say once a second what they have published.
        """
        began = time.monotonic()
        news = News(self.sources.feeds)

        def has_all() -> bool:
            session = self.scratch.desk.session(AGGREGATOR, "record")
            is_fresh = news.take(feeds_of(session))
            return is_fresh and not pending_blocks(session) and self.sources.all_sent()

        until(has_all, "the replay is complete", seconds, lambda: self._tail(AGGREGATOR))
        return time.monotonic() - began

    def _tail(self, name: str) -> str:
        lines = "".join(f"\n    {line}" for line in log_tail(self.scratch.layout, name))
        return f"\n  last lines of {name}:{lines or ' (it left no log)'}"
