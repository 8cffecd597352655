"""The table of `obsbow feeds`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from ocs_sim.launch._feeds_rows import Problem, Row

_TITLES = (
    *("feed", "published", "received", "replayed", "duplicate", "lost", "waiting"),
    *("blocks/s", "data/s", "p50", "p99", "age", ""),
)
# What a narrow terminal does without; the numbers are the widths below which it does.
_NARROW = {"published": 100, "duplicate": 120, "p50": 120, "data/s": 100, "waiting": 90}
_COLOURS = {
    Problem.LOST: "bold red",
    Problem.DROPPED: "bold red",
    Problem.STALE: "yellow",
    Problem.WAITING: "yellow",
}


def table(rows: Sequence[Row], width: int, note: str) -> Table:
    """Return a table with a row for each feed, for a terminal of that width, and `note` below it."""
    made = Table(box=None, pad_edge=False, header_style="bold", caption=note, caption_justify="left")
    made.caption_style = "dim"
    titles = [title for title in _TITLES if width >= _NARROW.get(title, 0)]
    for title in titles:
        made.add_column(title, justify="left" if title in ("feed", "") else "right", no_wrap=True)
    for row in rows:
        cells = dict(zip(_TITLES, _cells(row), strict=True))
        style = _COLOURS[row.problems[0]] if row.problems else None
        made.add_row(*(cells[title] for title in titles), style=style)
    return made


def _cells(row: Row) -> tuple[str | Text, ...]:
    each = row.counted
    counts = (each.published, each.received, each.replayed, each.duplicate, each.lost, each.waiting)
    return (
        Text(each.name),
        *("" if count is None else str(count) for count in counts),
        "" if row.blocks_per_second is None else f"{row.blocks_per_second:.1f}",
        "" if row.bytes_per_second is None else per_second(row.bytes_per_second),
        *(seconds(latency) for latency in (each.latency_p50, each.latency_p99, row.age_seconds)),
        ", ".join(row.problems),
    )


def per_second(size_bytes: float) -> str:
    """Return a rate of bytes in a unit that suits it."""
    for unit, size in (("MB/s", 1e6), ("kB/s", 1e3)):
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes:.0f} B/s"


def seconds(duration: float | None) -> str:
    """Return a duration in a unit that suits it; nothing for none."""
    if duration is None:
        return ""
    if duration < 1.0:
        return f"{duration * 1e3:.0f} ms"
    return f"{duration:.1f} s" if duration < 100.0 else f"{duration:.0f} s"
