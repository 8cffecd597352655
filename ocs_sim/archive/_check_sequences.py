"""Which blocks are missing, by their sequence numbers, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._findings import Finding, Kind, Span
from ocs_sim.archive._holdings import Matches, Part
from ocs_sim.archive._ranges import Range, Ranges
from ocs_sim.archive._records import Gap
from ocs_sim.archive._segments import Segment

Run = tuple[str, str]


def sequence_gaps(
    wanted: Sequence[Part], segments: Iterable[Segment], matches: Matches, span: Span
) -> Iterator[Finding]:
    """Yield what is missing between blocks that are there, and what the recorder knew to be gone."""
    inside = {id(part.segment): part.segment for part in wanted}.values()
    rows = _runs(wanted, inside)
    gaps = _gaps(segments, {feed for feed, _ in rows}, matches)
    for run in sorted(rows.keys() | gaps.keys()):
        for finding in _missing(run, rows.get(run), gaps.get(run, [])):
            if _is_within(finding, span):
                yield finding


def _runs(wanted: Sequence[Part], segments: Iterable[Segment]) -> dict[Run, NDArray[np.void]]:
    # Sequence numbers count the blocks of a feed, whatever their names: so all of a feed's runs count.
    feeds = {part.block.feed_address for part in wanted}
    found: dict[Run, list[np.void]] = defaultdict(list)
    for segment in segments:
        for block in segment.blocks:
            if block.feed_address in feeds:
                table, boots = segment.provenance(block)
                for row in table[table["first_sequence"] >= 0]:
                    found[block.feed_address, boots[row["boot"]]].append(row)
    return {run: np.asarray(rows) for run, rows in found.items()}


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
    numbers = [
        np.arange(row["first_sequence"], row["last_sequence"] + 1, max(row["sequence_step"], 1))
        for row in rows
    ]
    known = np.unique(np.concatenate(numbers))
    edges = np.nonzero(np.diff(known) > 1)[0]
    starts, lasts = np.append(0, edges + 1), np.append(edges, len(known) - 1)
    for first, last in zip(known[starts].tolist(), known[lasts].tolist(), strict=True):
        recorded.add_range(first, last)
    return recorded


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
        first_missing=first,
        last_missing=last,
        reason=reason,
    )


def _is_within(finding: Finding, span: Span) -> bool:
    """Tell whether blocks may have been lost in the span; of some nobody knows when."""
    return (finding.end is None or finding.end >= span[0]) and (
        finding.start is None or finding.start < span[1]
    )
