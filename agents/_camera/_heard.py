"""What other agents say on their feeds, kept long enough to know how things stood during an exposure."""

from __future__ import annotations

import bisect
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.wire import BadFeedMessage, Block, decode_publication

# At a sample a second this is more than half an hour.
_MOST_SAMPLES = 2_000
# A sample this long after a moment may speak for it, where there is none before.
_AFTER_SECONDS = 2.0
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a feed said of a moment: `age_seconds` old then; no values where `problem` says why."""

    values: Values = field(default_factory=dict)
    age_seconds: float | None = None
    problem: str | None = None


class HeardFeed:
    """The latest samples of one feed of another agent. Safe to use from any thread."""

    def __init__(self, topic: str, who: str, stale_seconds: float) -> None:
        self.topic = topic
        self.who = who
        self._stale_seconds = stale_seconds
        self._lock = threading.Lock()
        self._samples: deque[tuple[float, Values]] = deque(maxlen=_MOST_SAMPLES)

    def hear(self, publication: Any) -> None:
        """Keep what was published; what is not a feed's message is passed over."""
        try:
            blocks = decode_publication(publication, self.topic).blocks
        except BadFeedMessage:
            return
        with self._lock:
            for block in blocks:
                self._samples.extend(_samples(block))

    def at(self, moment: float) -> Heard:
        """Return what was known at a moment (unix seconds of this machine)."""
        with self._lock:
            samples = sorted(self._samples, key=lambda each: each[0])
        if not samples:
            return Heard(problem=f"{self.who} was not heard")
        after = bisect.bisect_right(samples, moment, key=lambda each: each[0])
        timestamp, values = samples[max(after - 1, 0)]
        age = moment - timestamp
        if age > self._stale_seconds or age < -_AFTER_SECONDS:
            return Heard(age_seconds=age, problem=f"{self.who} was {_age(age)}")
        return Heard(values, age)


def _samples(block: Block) -> list[tuple[float, Values]]:
    return [
        (timestamp, {name: column[index] for name, column in block.data.items()})
        for index, timestamp in enumerate(block.timestamps)
    ]


def _age(seconds: float) -> str:
    return f"silent for {seconds:.0f} s" if seconds > 0 else "heard too late"
