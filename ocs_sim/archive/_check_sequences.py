"""Which blocks are missing, by their sequence numbers, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._check_evidence import Run
from ocs_sim.archive._findings import Finding, Kind, Span
from ocs_sim.archive._holdings import Matches
from ocs_sim.archive._ranges import Range, Ranges
from ocs_sim.archive._records import Gap
from ocs_sim.archive._segments import Segment


def sequence_gaps(
    runs: Mapping[Run, NDArray[np.void]], segments: Iterable[Segment], matches: Matches, span: Span
) -> Iterator[Finding]:
    """Yield what is missing between blocks that are there, and what the recorder knew to be gone."""
    gaps = _gaps(segments, {feed for feed, _ in runs}, matches)
    for run in sorted(runs.keys() | gaps.keys()):
        for finding in _missing(run, runs.get(run), gaps.get(run, [])):
            if _is_within(finding, span):
                yield finding


def _gaps(segments: Iterable[Segment], feeds: set[str], matches: Matches) -> dict[Run, list[Gap]]:
    found: dict[Run, list[Gap]] = defaultdict(list)
    for gap in dict.fromkeys(gap for segment in segments for gap in segment.gaps):
        if gap.feed_address in feeds or matches(_any_field(gap.feed_address)):
            found[gap.feed_address, gap.boot_id].append(gap)
    return found


def _any_field(feed_address: str) -> str:
    """Return a name that patterns for everything of a feed match, of which nothing may be recorded."""
    agent_address, _, feed = feed_address.rpartition(".feeds.")
    return f"{agent_address.rpartition('.')[2]}.{feed}._._"


def _missing(run: Run, rows: NDArray[np.void] | None, gaps: Sequence[Gap]) -> Iterator[Finding]:
    recorded = _recorded(rows)
    told = Ranges()
    for gap in gaps:
        for first, last in recorded.absent(gap.first_missing, gap.last_missing + 1):
            if news := told.absent(first, last + 1):
                told.add_range(first, last)
            for hole in news:
                yield _finding(run, hole, rows, gap.reason)
    first = recorded.starts[0] if len(recorded) else 0
    for start, last in recorded.absent(first, recorded.end):
        for hole in told.absent(start, last + 1):
            yield _finding(run, hole, rows, None)


def _recorded(rows: NDArray[np.void] | None) -> Ranges:
    recorded = Ranges()
    if rows is None:
        return recorded
    firsts, lasts = _ranges(rows)
    order = np.argsort(firsts, kind="stable")
    firsts, reached = firsts[order], np.maximum.accumulate(lasts[order])
    cuts = np.nonzero(firsts[1:] > reached[:-1] + 1)[0] + 1
    starts, ends = np.append(0, cuts), np.append(cuts - 1, len(firsts) - 1)
    for first, last in zip(firsts[starts].tolist(), reached[ends].tolist(), strict=True):
        recorded.add_range(first, last)
    return recorded


def _ranges(rows: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and last numbers of ranges without holes; runs in steps are many of one number."""
    steps = np.maximum(rows["sequence_step"], 1)
    whole = (steps == 1) | (rows["first_sequence"] == rows["last_sequence"])
    single = [
        np.arange(row["first_sequence"], row["last_sequence"] + 1, row["sequence_step"])
        for row in rows[~whole]
    ]
    return (
        np.concatenate([rows["first_sequence"][whole], *single]),
        np.concatenate([rows["last_sequence"][whole], *single]),
    )


def _finding(run: Run, hole: Range, rows: NDArray[np.void] | None, reason: str | None) -> Finding:
    (feed, boot), (first, last) = run, hole
    start = end = None
    if rows is not None:
        start = max(rows["last_received"][rows["last_sequence"] < first].tolist(), default=None)
        end = min(rows["first_received"][rows["first_sequence"] > last].tolist(), default=None)
    count = last - first + 1
    what = f"block {first} is missing" if count == 1 else f"{count} blocks are missing: {first} to {last}"
    return Finding(
        Kind.SEQUENCE_GAP,
        feed,
        f"{what} of boot {boot}" + (f" ({reason})" if reason else ""),
        is_loss=True,
        start=start,
        end=end,
        count=count,
        boot_id=boot,
        first_block=first,
        last_block=last,
        reason=reason,
    )


def _is_within(finding: Finding, span: Span) -> bool:
    """Tell whether blocks may have been lost in the span; of some nobody knows when."""
    return (finding.end is None or finding.end >= span[0]) and (
        finding.start is None or finding.start < span[1]
    )
