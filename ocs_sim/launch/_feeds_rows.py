"""The rows of `obsbow feeds`: two looks make rates, and show what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from ocs_sim.launch._feeds import Counted, Look

_LATE_SECONDS = 5.0


class Problem(StrEnum):
    """What is not as it should be with a feed, the worst first."""

    LOST = "lost"
    DROPPED = "dropped"
    STALE = "stale"  # silent for long, or published but not arriving
    WAITING = "waiting grows"


@dataclass(frozen=True)
class Row:
    """A feed, its rates since the look before (None at the first one), and its problems."""

    counted: Counted
    age_seconds: float | None
    blocks_per_second: float | None
    bytes_per_second: float | None
    problems: tuple[Problem, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return it for --json."""
        rates = {"blocks_per_second": self.blocks_per_second, "bytes_per_second": self.bytes_per_second}
        age = {"age_seconds": self.age_seconds, "problems": [each.value for each in self.problems]}
        plain = asdict(self.counted) | rates | age
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in plain.items()}


def rows(now: Look, before: Look | None, patterns: Sequence[str] = ()) -> list[Row]:
    """Return a row for each feed whose name `instance.feed` matches one of the globs, or all without any."""
    names = [name for name in sorted(now.feeds) if not patterns or _matches(name, patterns)]
    earlier = before.feeds if before else {}
    seconds = now.at - before.at if before else 0.0
    return [_row(now.feeds[name], earlier.get(name), now.at, seconds) for name in names]


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """As in the archive, a pattern without a dot matches the feed's own name; or its agent's."""
    agent, _, feed = name.partition(".")
    return any(
        fnmatchcase(name, each) or ("." not in each and (fnmatchcase(feed, each) or fnmatchcase(agent, each)))
        for each in patterns
    )


def _row(now: Counted, before: Counted | None, at: float, seconds: float) -> Row:
    age = None if now.last_block is None else max(0.0, at - now.last_block)
    blocks, size = _rates(now, before, seconds)
    return Row(now, age, blocks, size, tuple(_problems(now, before, age)))


def _rates(now: Counted, before: Counted | None, seconds: float) -> tuple[float | None, float | None]:
    archived = _archived(now)
    if now.blocks_per_second is not None and archived and now.bytes is not None:
        # The Aggregator's own figure: what it shows changes once a second, and so do we look.
        return now.blocks_per_second, now.blocks_per_second * now.bytes / archived
    blocks = _rate(archived, _archived(before) if before else None, seconds)
    return blocks, _rate(now.bytes, before.bytes if before else None, seconds)


def _archived(counted: Counted) -> int | None:
    """Return the blocks that were archived, or published where nobody archives."""
    if counted.received is None:
        return counted.published
    return counted.received + (counted.replayed or 0)


def _rate(now: int | None, before: int | None, seconds: float) -> float | None:
    # One that begins to count anew has gone backwards.
    if now is None or before is None or now < before or seconds <= 0:
        return None
    return (now - before) / seconds


def _problems(now: Counted, before: Counted | None, age: float | None) -> Iterable[Problem]:
    if now.lost:
        yield Problem.LOST
    if now.dropped:
        yield Problem.DROPPED
    if now.stale or (_published_since(now, before) and (age or 0.0) > _LATE_SECONDS):
        yield Problem.STALE
    if before and (now.waiting or 0) > (before.waiting or 0) > 0:
        yield Problem.WAITING


def _published_since(now: Counted, before: Counted | None) -> bool:
    return before is not None and (now.published or 0) > (before.published or 0) > 0
