"""What `obsbow hk` prints."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.errors import ObservatoryError

if TYPE_CHECKING:
    from ocs_sim.archive import Archive, FieldInfo, Finding, HousekeepingData


class NothingArchived(ObservatoryError):
    """{directory} holds no housekeeping data yet. `obsbow up` starts the recorder; then take data, for
    instance with scripts/run_acq.py.
    """


class NothingInSpan(ObservatoryError):
    """No samples of {pattern} between {start} and {end}: what is archived goes from {first} to {last}."""


def clock_text(unix_time: float | None) -> str:
    """Return UTC to the second, or `...` for an open end."""
    if unix_time is None or abs(unix_time) == float("inf"):
        return "..."
    return datetime.fromtimestamp(unix_time, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def age_text(seconds: float) -> str:
    """Return a length of time in one or two units."""
    for size, unit, smaller, part in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if seconds >= size:
            return f"{seconds // size:.0f}{unit}{seconds % size // smaller:02.0f}{part}"
    return f"{seconds:.1f}s" if seconds > -1 else "in the future"


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]], right: tuple[int, ...] = ()) -> None:
    """Print columns, as wide as they need to be."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [
            text.rjust(width) if column in right else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def print_fields(fields: Iterable[FieldInfo]) -> None:
    """Print the table of `obsbow hk ls`."""
    now = time.time()
    rows = [
        [
            info.name,
            info.unit,
            info.type,
            str(info.samples),
            clock_text(info.first),
            clock_text(info.last),
            age_text(now - info.last),
        ]
        for info in fields
    ]
    print_table(["field", "unit", "type", "samples", "first", "last", "age"], rows, right=(3, 6))


def print_samples(data: HousekeepingData, most: int) -> None:
    """Print the last samples as a table."""
    from ocs_sim.archive import rows

    headings = [
        "time",
        *(f"{name} ({series.unit})" if series.unit else name for name, series in data.items()),
    ]
    if max(map(len, data.values())) > most:
        click.echo(f"The last {most} times; --rows, --csv and `obsbow hk export` give more.")
    found = list(rows(data.newest(most)))[-most:]
    shown = [[_precise(moment), *(_value(values, name) for name in data)] for moment, values in found]
    print_table(headings, shown, right=tuple(range(1, len(headings))))


def _precise(unix_time: float) -> str:
    moment = datetime.fromtimestamp(unix_time, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _value(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return f"{value:.8g}" if isinstance(value, float) else str(value)


def print_findings(findings: Iterable[Finding], directory: object) -> None:
    """Print what `obsbow hk check` found."""
    rows = [
        [
            "" if finding.is_loss else "note",
            str(finding.kind),
            finding.subject,
            finding.message,
            "" if finding.start is None else clock_text(finding.start),
        ]
        for finding in findings
    ]
    if rows:
        print_table(["", "what", "where", "", "since"], rows)
    losses = sum(not row[0] for row in rows)
    click.echo(
        f"{directory}: {counted(losses, 'problem')}, {counted(len(rows) - losses, 'note')}."
        if rows
        else f"{directory}: all well."
    )


def warn_of_unreadable(archive: Archive) -> None:
    """Say on stderr which files could not be read."""
    for reason in archive.unreadable.values():
        click.echo(f"obsbow: {reason}", err=True)


def counted(number: int, noun: str) -> str:
    """Return `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
