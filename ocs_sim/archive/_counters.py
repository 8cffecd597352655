"""What was counted of each feed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_FIRST_SECONDS = 1e-3
_DECADES = 6
_PER_DECADE = 12
_SHOWN_PER_DECADE = 3


class LogHistogram:
    """Counts durations in buckets of equal ratio, from a millisecond to a thousand seconds.

    One thread observes, others may read. A quantile is exact to a tenth; what is shorter than the first
    bucket or longer than the last counts as in it.
    """

    __slots__ = ("_counts", "sum_seconds")

    def __init__(self) -> None:
        # The first holds what is at most a millisecond, the last what is longer than all others.
        self._counts = [0] * (_DECADES * _PER_DECADE + 2)
        self.sum_seconds = 0.0

    @property
    def count(self) -> int:
        """How many durations were observed."""
        return sum(self._counts)

    def observe(self, seconds: float, times: int = 1) -> None:
        """Count a duration; a negative one, of clocks that disagree, as none at all."""
        self._counts[_bucket(seconds)] += times
        if seconds > 0:
            self.sum_seconds += seconds * times

    def quantile(self, fraction: float) -> float | None:
        """Return the seconds within which `fraction` of all were done; None when nothing was observed."""
        counts = list(self._counts)
        wanted, seen = fraction * sum(counts), 0
        for bucket, count in enumerate(counts):
            seen += count
            if count and seen >= wanted:
                return _middle(bucket)
        return None

    def buckets(self) -> list[tuple[float, int]]:
        """Return (upper bound in seconds, how many were at most that long), the last bound infinite."""
        counts = list(self._counts)
        step = _PER_DECADE // _SHOWN_PER_DECADE
        shown = [(_upper(at), sum(counts[: at + 1])) for at in range(0, len(counts) - 1, step)]
        return [*shown, (math.inf, sum(counts))]


def _bucket(seconds: float) -> int:
    if not seconds > _FIRST_SECONDS:
        return 0
    if seconds >= _FIRST_SECONDS * 10**_DECADES:
        return _DECADES * _PER_DECADE + 1
    return 1 + int(math.log10(seconds / _FIRST_SECONDS) * _PER_DECADE)


def _upper(bucket: int) -> float:
    return float(_FIRST_SECONDS * 10 ** (bucket / _PER_DECADE))


def _middle(bucket: int) -> float:
    return float(_FIRST_SECONDS * 10 ** (max(bucket - 0.5, 0) / _PER_DECADE))


@dataclass(slots=True)
class FeedCounters:
    """One feed as its recorder sees it; blocks unless a unit is named.

    `received` are those archived as they came live, `replayed` those archived because they were asked
    for again, `duplicate` those dropped because they were there already, `lost` those given up.
    `published`, `waiting` and `dropped` are what the publisher says: published since the recording
    began to hear it, kept but not sent yet, and thrown away before they were sent. `latency` is from
    publication until the samples were durable.
    """

    published: int = 0
    received: int = 0
    replayed: int = 0
    duplicate: int = 0
    lost: int = 0
    samples: int = 0
    bytes: int = 0
    waiting: int = 0
    dropped: int = 0
    latency: LogHistogram = field(default_factory=LogHistogram)
    _boot_id: str = ""
    _earlier_published: int = 0

    @property
    def archived(self) -> int:
        """Blocks that were archived."""
        return self.received + self.replayed

    def tell(self, boot_id: str, told: Mapping[str, Any]) -> None:
        """Take what a heartbeat of the publisher says; its count begins anew with each boot."""
        if boot_id != self._boot_id:
            self._boot_id, self._earlier_published = boot_id, self.published
        self.published = self._earlier_published + int(told["published"])
        self.waiting, self.dropped = int(told["waiting"]), int(told["dropped"])

    def encode(self) -> dict[str, Any]:
        """Return them for session data: `latency` as seconds, {"p50", "p99", "count"}."""
        latency = {
            "p50": self.latency.quantile(0.5),
            "p99": self.latency.quantile(0.99),
            "count": self.latency.count,
        }
        counted = ("published", "received", "replayed", "duplicate", "lost", "samples", "bytes")
        names = (*counted, "waiting", "dropped")
        return {**{name: getattr(self, name) for name in names}, "latency": latency}
