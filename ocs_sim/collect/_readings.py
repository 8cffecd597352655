"""What is shown of a recording: numbers taken at one moment, for session data and for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Histogram(Protocol):
    """Durations, counted in buckets; `ocs_sim.archive.LogHistogram` is one."""

    @property
    def sum_seconds(self) -> float:
        """All durations together."""
        ...

    def quantile(self, fraction: float) -> float | None:
        """Return the seconds within which `fraction` of all were done; None without any."""
        ...

    def buckets(self) -> Sequence[tuple[float, int]]:
        """Return (upper bound in seconds, how many were at most that long), the last bound infinite."""
        ...


class Counted(Protocol):
    """What was counted of one feed; `ocs_sim.archive.FeedCounters` is one. Blocks unless a unit is named."""

    @property
    def published(self) -> int:
        """Published, as the publisher says."""
        ...

    @property
    def received(self) -> int:
        """Archived as they came."""
        ...

    @property
    def replayed(self) -> int:
        """Archived because they were asked for again."""
        ...

    @property
    def duplicate(self) -> int:
        """Dropped because they were there already."""
        ...

    @property
    def lost(self) -> int:
        """Given up."""
        ...

    @property
    def samples(self) -> int:
        """Samples archived."""
        ...

    @property
    def bytes(self) -> int:
        """Bytes received."""
        ...

    @property
    def waiting(self) -> int:
        """Kept by the publisher and not sent yet."""
        ...

    @property
    def dropped(self) -> int:
        """Thrown away by the publisher before they were sent."""
        ...

    @property
    def latency(self) -> Histogram:
        """From publication until the samples were durable."""
        ...


@dataclass(frozen=True, slots=True)
class Readings:
    """A recording at one moment."""

    feeds: Mapping[str, Counted] = field(default_factory=dict)
    is_recording: bool = False
    trouble: str | None = None
    queued_bytes: int = 0
    queue_fill: float = 0.0
    pending_bytes: int = 0
    journal_bytes: int = 0
    sealed_files: int = 0
    unsealed_files: int = 0
    dropped_blocks: int = 0
    rejected_blocks: int = 0
    pending_blocks: int = 0
    in_flight: int = 0
    collected_bytes: int = 0


Read = Callable[[], Readings]
