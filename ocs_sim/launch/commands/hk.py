"""`obsbow hk`: the housekeeping archive from the command line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.launch.commands._hk_keep import prune, repack
from ocs_sim.launch.commands._hk_options import Source, archive_options, duration, source, span_options
from ocs_sim.launch.commands._options import print_json

if TYPE_CHECKING:
    from ocs_sim.archive import Archive, HousekeepingData

_ALL = ("*",)
_MOST_PANELS = 8


@click.group("hk")
def command() -> None:
    """Read the housekeeping archive, and keep it small.

    Fields are called instance.feed.block.field. A PATTERN is a glob on that name; without dots it also
    matches the field's own name: `channel_*`, `data1.*`, `*.temps.channel_00`.
    """


command.add_command(repack)
command.add_command(prune)


@command.command("ls")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@archive_options
def list_fields(
    patterns: tuple[str, ...],
    data_dir: Path | None,
    site_file: Path | None,
    site_host: str | None,
    as_json: bool,
) -> None:
    """List the fields, with their units and the time that they span."""
    from ocs_sim.launch.commands._hk_show import print_fields

    with _opened(source(data_dir, site_file, site_host), may_be_empty=True) as archive:
        fields = archive.fields(patterns or _ALL)
        if patterns and not fields:
            archive.load(patterns)  # raises the error that suggests near names
        if as_json:
            print_json([asdict(info) for info in fields])
        elif fields:
            print_fields(fields)
        else:
            click.echo(_nothing(archive))


@command.command("get")
@click.argument("patterns", nargs=-1, required=True, metavar="PATTERN...")
@span_options
@click.option("--csv", "as_csv", is_flag=True, help="Print all samples as CSV.")
@click.option("--rows", default=20, show_default=True, type=click.IntRange(1), help="How many times to show.")
@archive_options
def get(patterns: tuple[str, ...], as_csv: bool, rows: int, as_json: bool, **where: Any) -> None:
    """Print samples: the newest as a table, or all as CSV or JSON."""
    from ocs_sim.launch.commands._hk_show import print_samples

    asked = _source(where)
    with _opened(asked) as archive:
        data = _load(archive, patterns, asked)
        if as_json:
            print_json(
                {
                    name: {
                        "unit": series.unit,
                        "times": series.times.tolist(),
                        "values": series.values.tolist(),
                    }
                    for name, series in data.items()
                }
            )
        elif as_csv:
            from ocs_sim.archive import write_csv

            write_csv(data, sys.stdout)
        else:
            print_samples(data, rows)


@command.command("plot")
@click.argument("patterns", nargs=-1, required=True, metavar="PATTERN...")
@span_options
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture instead.")
@click.option("--height", default=8, show_default=True, type=click.IntRange(2, 60), help="Lines per field.")
@archive_options
def plot(patterns: tuple[str, ...], png: Path | None, height: int, as_json: bool, **where: Any) -> None:
    """Plot fields in the terminal, or to a PNG file."""
    from ocs_sim.launch.commands import _hk_plot

    asked = _source(where)
    width = _hk_plot.canvas_width(shutil.get_terminal_size().columns)
    with _opened(asked) as archive:
        points = 2000 if png else width * _hk_plot.DOTS_ACROSS
        fields = list(archive.decimate(patterns, asked.start, asked.end, points).values())
        if not any(field.count.any() for field in fields):
            raise _nothing_in_span(archive, patterns, asked)
    if as_json:
        print_json([asdict(field) for field in fields])
    if png:
        _hk_plot.draw_png(fields, png)
        click.echo(f"Wrote {png}.", err=as_json)
    elif not as_json:
        for field in fields[:_MOST_PANELS]:
            click.echo("\n".join(_hk_plot.panel(field, width, height)))
        if len(fields) > _MOST_PANELS:
            click.echo(f"... and {len(fields) - _MOST_PANELS} more fields: narrow the pattern, or use --png.")


@command.command("check")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@span_options
@click.option(
    "--stale", default="10m", show_default=True, type=duration, help="A field is stale after this long."
)
@click.option("--gap", default="5s", show_default=True, type=duration, help="A shorter pause is no gap.")
@click.option("--strict", is_flag=True, help="Let notes count as problems.")
@archive_options
def check(
    patterns: tuple[str, ...], stale: float, gap: float, strict: bool, as_json: bool, **where: Any
) -> None:
    """Look for lost blocks, gaps in time, stale fields and unreadable files.

    Exit code 0 when all is well, 1 when there are problems. Notes, which tell of silence that nothing
    was lost by, are no problems.
    """
    from ocs_sim.archive import Limits
    from ocs_sim.launch.commands._hk_show import print_findings

    asked = _source(where)
    with _opened(asked) as archive:
        limits = Limits(stale_seconds=stale, gap_seconds=gap)
        findings = archive.check(patterns or _ALL, asked.start, asked.end, limits=limits)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_findings(findings, asked.directory)
    bad = any(finding.is_loss or strict for finding in findings)
    click.get_current_context().exit(1 if bad else 0)


@command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@span_options
@archive_options
def export(file: Path, patterns: tuple[str, ...], as_json: bool, **where: Any) -> None:
    """Write samples to FILE, *.csv or *.parquet, one row per time."""
    asked = _source(where)
    with _opened(asked) as archive:
        data = _load(archive, patterns or _ALL, asked)
        count = data.export(file)
    if as_json:
        print_json({"file": str(file), "rows": count, "fields": list(data)})
    else:
        click.echo(f"Wrote {count} rows of {len(data)} fields to {file}.")


def _source(where: dict[str, Any]) -> Source:
    span = (where["last"], where["start"], where["end"])
    return source(where["data_dir"], where["site_file"], where["site_host"], span)


@contextmanager
def _opened(asked: Source, *, may_be_empty: bool = False) -> Iterator[Archive]:
    from ocs_sim.archive import Archive
    from ocs_sim.launch.commands._hk_show import warn_of_unreadable

    with Archive(asked.directory) as archive:
        if not may_be_empty and not archive.fields() and not archive.unreadable:
            raise _nothing(archive)
        yield archive
        warn_of_unreadable(archive)


def _nothing(archive: Archive) -> Exception:
    from ocs_sim.launch.commands._hk_show import NothingArchived

    return NothingArchived(directory=archive.directory)


def _load(archive: Archive, patterns: tuple[str, ...], asked: Source) -> HousekeepingData:
    data = archive.load(patterns, asked.start, asked.end)
    if not data:
        raise _nothing_in_span(archive, patterns, asked)
    return data


def _nothing_in_span(archive: Archive, patterns: tuple[str, ...], asked: Source) -> Exception:
    from ocs_sim.launch.commands._hk_show import NothingInSpan, clock_text

    fields = archive.fields(patterns)
    return NothingInSpan(
        pattern=" ".join(patterns),
        start=clock_text(asked.start),
        end=clock_text(asked.end),
        first=clock_text(min(info.first for info in fields)),
        last=clock_text(max(info.last for info in fields)),
    )
