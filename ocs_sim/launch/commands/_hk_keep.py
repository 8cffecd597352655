"""`obsbow hk repack` and `obsbow hk prune`: fewer files, and fewer samples."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.clock import SystemClock
from ocs_sim.launch.commands._hk_options import archive_options, duration, size, source
from ocs_sim.launch.commands._hk_show import NothingArchived, clock_text, counted, print_table
from ocs_sim.launch.commands._options import print_json

if TYPE_CHECKING:
    from ocs_sim.archive import PruneReport, RepackReport

_MOST_LINES = 20


@click.command("repack")
@click.option(
    "--span", default="1d", show_default=True, type=duration, help="Files of this much time become one."
)
@click.option(
    "--compress",
    type=click.Choice(["none", "lzf", "gzip"]),
    default="none",
    show_default=True,
    help="gzip is the smallest and slowest; lzf can be read by h5py only.",
)
@click.option("--all", "include_current", is_flag=True, help="Also the span that is not over yet.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@archive_options
def repack(
    span: float,
    compress: str,
    include_current: bool,
    dry_run: bool,
    data_dir: Path | None,
    site_file: Path | None,
    site_host: str | None,
    as_json: bool,
) -> None:
    """Merge small files into larger ones, which are quicker to read.

    It may be recorded and read meanwhile, and interrupted at any moment: no sample is lost or seen
    twice. The newest file is left alone. Exit code 1 when some files could not be repacked.
    """
    from ocs_sim.archive import RepackOptions
    from ocs_sim.archive import repack as do_repack

    directory = _existing(source(data_dir, site_file, site_host).directory)
    if span <= 0:
        raise click.BadParameter("--span must be longer than nothing.")
    options = RepackOptions(
        span_seconds=span,
        compression=None if compress == "none" else compress,
        include_current=include_current,
    )
    with _progress("Repacking", dry_run or as_json) as tell:
        report = do_repack(directory, options, dry_run=dry_run, tell=tell)
    if as_json:
        print_json(_repack_json(report, dry_run))
    else:
        _print_repacked(report, directory, dry_run)
    click.get_current_context().exit(1 if report.faults else 0)


@click.command("prune")
@click.option("--older-than", type=duration, help="Delete what was sealed longer ago: 90d, 8w.")
@click.option("--max-size", type=size, help="Delete the oldest until the archive is smaller: 50GB.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be deleted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@archive_options
def prune(
    older_than: float | None,
    max_size: int | None,
    dry_run: bool,
    yes: bool,
    data_dir: Path | None,
    site_file: Path | None,
    site_host: str | None,
    as_json: bool,
) -> None:
    """Delete the oldest sealed files.

    Never what has not been sealed, what is damaged, or the newest file. On a terminal it asks first.
    Exit code 1 when some files could not be deleted, or when you say no.
    """
    from ocs_sim.archive import RetentionPolicy
    from ocs_sim.archive import prune as do_prune

    if older_than is None and max_size is None:
        raise click.UsageError("Give --older-than, --max-size or both.")
    directory = _existing(source(data_dir, site_file, site_host).directory)
    policy, clock = RetentionPolicy(older_than, max_size), SystemClock()
    report = do_prune(directory, policy, clock, dry_run=True)
    if not dry_run:
        if report.deleted and not yes and is_terminal():
            _print_pruned(report, directory, dry_run=True)
            click.confirm("Delete them?", abort=True)
        report = do_prune(directory, policy, clock)
    if as_json:
        print_json(_prune_json(report, dry_run))
    else:
        _print_pruned(report, directory, dry_run)
    click.get_current_context().exit(1 if report.faults else 0)


def is_terminal() -> bool:
    """Tell whether somebody is there to ask."""
    return sys.stdin.isatty()


def _existing(directory: Path) -> Path:
    if not directory.is_dir():
        raise NothingArchived(directory=directory)
    return directory


@contextmanager
def _progress(label: str, is_silent: bool) -> Iterator[Callable[[int, int], object]]:
    if is_silent or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield tell


def _repack_json(report: RepackReport, dry_run: bool) -> dict[str, Any]:
    made = [
        {
            "file": str(each.path),
            "sources": [str(path) for path in each.sources],
            "bytes_before": each.size_before,
            "bytes_after": each.size_after,
        }
        for each in report.made
    ]
    leftovers = [str(path) for path in report.leftovers]
    return {"made": made, "leftovers": leftovers, "faults": report.faults, "dry_run": dry_run}


def _print_repacked(report: RepackReport, directory: Path, dry_run: bool) -> None:
    for fault in report.faults:
        click.echo(f"obsbow: {fault}", err=True)
    if report.leftovers:
        verb = "Would remove" if dry_run else "Removed"
        click.echo(f"{verb} {counted(len(report.leftovers), 'file')} that an interrupted run left over.")
    if not report.made:
        click.echo(f"{directory}: nothing to repack.")
        return
    sources = sum(len(each.sources) for each in report.made)
    before = size_text(sum(each.size_before for each in report.made))
    verb = "Would merge" if dry_run else "Merged"
    text = f"{verb} {counted(sources, 'file')} into {len(report.made)}: {before}"
    if not dry_run:
        text += f", now {size_text(sum(each.size_after or 0 for each in report.made))}"
    click.echo(f"{text}.")


def _prune_json(report: PruneReport, dry_run: bool) -> dict[str, Any]:
    deleted = [
        {
            "file": str(each.path),
            "bytes": each.size_bytes,
            "sealed_at": each.sealed_at,
            "reason": each.reason,
        }
        for each in report.deleted
    ]
    return {
        "deleted": deleted,
        "freed_bytes": report.freed_bytes,
        "kept_files": report.kept_files,
        "kept_bytes": report.kept_bytes,
        "faults": list(report.faults),
        "dry_run": dry_run,
    }


def _print_pruned(report: PruneReport, directory: Path, dry_run: bool) -> None:
    for fault in report.faults:
        click.echo(f"obsbow: {fault}", err=True)
    kept = f"{counted(report.kept_files, 'sealed file')}, {size_text(report.kept_bytes)}"
    if not report.deleted:
        click.echo(f"{directory}: nothing to delete, {kept} kept.")
        return
    if dry_run:
        rows = [
            [str(each.path.relative_to(directory)), size_text(each.size_bytes), clock_text(each.sealed_at)]
            for each in report.deleted
        ]
        print_table(["file", "size", "sealed"], rows[:_MOST_LINES], right=(1,))
        if len(rows) > _MOST_LINES:
            click.echo(f"... and {len(rows) - _MOST_LINES} more.")
    verb, tense = ("Would delete", "would be") if dry_run else ("Deleted", "are")
    freed = size_text(report.freed_bytes)
    click.echo(f"{verb} {counted(len(report.deleted), 'file')}, {freed}; {kept} {tense} kept.")


def size_text(size_bytes: float) -> str:
    """Return a size in the unit that suits it."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(size_bytes) < 1000:
            return f"{size_bytes:.0f} {unit}" if unit == "bytes" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"
