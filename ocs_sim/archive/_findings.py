"""What a check tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Span = tuple[float, float]


class Kind(StrEnum):
    """What was found, most serious first."""

    UNREADABLE = "unreadable"
    TORN = "torn"
    SEQUENCE_GAP = "sequence-gap"
    STALE = "stale"
    TIME_GAP = "time-gap"


@dataclass(frozen=True, slots=True)
class Limits:
    """When something is worth telling.

    A field is stale when its newest sample is `stale_seconds` older than now, or than the newest sample
    of all when nothing is being recorded. A gap in time is `gap_factor` times the usual distance
    between messages, and at least `gap_seconds`.
    """

    stale_seconds: float = 600.0
    gap_seconds: float = 5.0
    gap_factor: float = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; `is_loss` unless the publisher may simply have been silent.

    `start` and `end` are unix seconds, of the longest one where a finding tells of several (`count`).
    Of missing blocks there are the run of the publisher, the numbers of the first and the last, and why.
    """

    kind: Kind
    subject: str
    message: str
    is_loss: bool
    start: float | None = None
    end: float | None = None
    count: int = 1
    boot_id: str | None = None
    first_block: int | None = None
    last_block: int | None = None
    reason: str | None = None
