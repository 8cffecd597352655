"""Looks for what an archive lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._catalogue import Catalogue
from ocs_sim.archive._errors import ArchiveError
from ocs_sim.archive._paths import torn_files
from ocs_sim.archive._segments import Segment, StoredBlock, select

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
    between samples, and at least `gap_seconds`.
    """

    stale_seconds: float = 600.0
    gap_seconds: float = 5.0
    gap_factor: float = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be; `is_loss` unless the publisher may simply have been silent."""

    kind: Kind
    subject: str
    message: str
    is_loss: bool
    start: float | None = None
    end: float | None = None


def check(
    catalogue: Catalogue,
    segments: Sequence[Segment],
    matches: Callable[[str], bool],
    span: Span,
    limits: Limits,
    now: float,
) -> list[Finding]:
    """Return the findings in the range `span`, by kind and then by name."""
    findings = list(_files(catalogue))
    wanted = [
        (segment, block)
        for segment in segments
        for block in segment.blocks
        if any(matches(f"{block.name}.{name}") for name in block.fields)
        and block.last_time >= span[0]
        and block.first_time < span[1]
    ]
    try:
        findings += _sequence_gaps(wanted, segments)
        findings += _time_gaps(wanted, span, limits)
    except ArchiveError as error:
        findings.append(Finding(Kind.UNREADABLE, "archive", str(error), is_loss=True))
    reference = now if catalogue.live else max((block.last_time for _, block in wanted), default=now)
    findings += _stale(wanted, matches, min(reference, span[1]), limits)
    order = list(Kind)
    return sorted(findings, key=lambda found: (order.index(found.kind), found.subject, found.start or 0.0))


def _files(catalogue: Catalogue) -> Iterable[Finding]:
    for path, reason in catalogue.unreadable.items():
        yield Finding(Kind.UNREADABLE, str(path), reason, is_loss=True)
    for path in torn_files(catalogue.directory):
        size = path.stat().st_size
        text = f"{size} bytes that were not intact were set aside when the journal was recovered"
        yield Finding(Kind.TORN, str(path), text, is_loss=True)


def _sequence_gaps(
    wanted: Sequence[tuple[Segment, StoredBlock]], segments: Sequence[Segment]
) -> Iterable[Finding]:
    # Sequence numbers count the blocks of a feed, whatever their names: so all of a feed's runs count.
    feeds = {block.feed_address for _, block in wanted}
    reasons = _Reasons(segments)
    runs: dict[tuple[str, str], list[np.void]] = defaultdict(list)
    for segment in {id(segment): segment for segment, _ in wanted}.values():
        for block in segment.blocks:
            if block.feed_address in feeds:
                table, boots = segment.provenance(block)
                for row in table[table["first_sequence"] >= 0]:
                    runs[block.feed_address, boots[row["boot"]]].append(row)
    for (feed, boot), rows in sorted(runs.items()):
        yield from _missing(feed, boot, np.asarray(rows), reasons)


class _Reasons:
    """Why blocks are gone, where the recorder knew."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._gaps = {gap for segment in segments for gap in segment.gaps}

    def of(self, feed: str, boot: str, first: int, last: int) -> str:
        told = [
            gap.reason
            for gap in self._gaps
            if (gap.feed_address, gap.boot_id) == (feed, boot)
            and gap.first_missing <= last
            and gap.last_missing >= first
        ]
        return f" ({'; '.join(sorted(set(told)))})" if told else ""


def _missing(feed: str, boot: str, rows: NDArray[np.void], reasons: _Reasons) -> Iterable[Finding]:
    known = np.unique(
        np.concatenate(
            [
                np.arange(row["first_sequence"], row["last_sequence"] + 1, max(row["sequence_step"], 1))
                for row in rows
            ]
        )
    )
    for at in np.nonzero(np.diff(known) > 1)[0]:
        first, last = int(known[at]) + 1, int(known[at + 1]) - 1
        before = rows["last_received"][rows["last_sequence"] < first]
        after = rows["first_received"][rows["first_sequence"] > last]
        yield Finding(
            Kind.SEQUENCE_GAP,
            feed,
            f"{last - first + 1} blocks are missing: {first} to {last} of boot {boot}"
            + reasons.of(feed, boot, first, last),
            is_loss=True,
            start=float(before.max()) if len(before) else None,
            end=float(after.min()) if len(after) else None,
        )


def _time_gaps(
    wanted: Sequence[tuple[Segment, StoredBlock]], span: Span, limits: Limits
) -> Iterable[Finding]:
    by_name: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    counted: dict[str, bool] = {}
    for segment, block in wanted:
        selection, _ = select(segment, block, *span)
        by_name[block.name].append(segment.times(block)[selection])
        table, _ = segment.provenance(block)
        counted[block.name] = bool((table["first_sequence"] >= 0).all()) and counted.get(block.name, True)
    for name, pieces in sorted(by_name.items()):
        times = np.sort(np.concatenate(pieces))
        steps = np.diff(times)
        if not len(steps):
            continue
        longest = max(limits.gap_seconds, limits.gap_factor * float(np.median(steps)))
        for at in np.nonzero(steps > longest)[0]:
            text = f"no samples for {steps[at]:.1f} s"
            if counted[name]:
                text += ": the publisher was silent, for no block is missing"
            yield Finding(
                Kind.TIME_GAP,
                name,
                text,
                is_loss=not counted[name],
                start=float(times[at]),
                end=float(times[at + 1]),
            )


def _stale(
    wanted: Sequence[tuple[Segment, StoredBlock]],
    matches: Callable[[str], bool],
    reference: float,
    limits: Limits,
) -> Iterable[Finding]:
    newest: dict[str, float] = {}
    for _, block in wanted:
        for field in block.fields:
            name = f"{block.name}.{field}"
            if matches(name):
                newest[name] = max(newest.get(name, block.last_time), block.last_time)
    for name, last in sorted(newest.items()):
        age = reference - last
        if age > limits.stale_seconds:
            text = f"the newest sample is {age:.0f} s old"
            yield Finding(Kind.STALE, name, text, is_loss=True, start=last)
