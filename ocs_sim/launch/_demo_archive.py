"""What a demonstration shows of the archive."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ocs_sim.archive import Archive, FieldInfo

_DRAIN_SECONDS = 3.0
_POLL_SECONDS = 0.1
_PLOT_LINES = 8


@dataclass(frozen=True)
class Shown:
    """Patterns of the fields that are waited for, that are in the table, and that are drawn.

    Of each pattern only the first field is drawn.
    """

    awaited: tuple[str, ...]
    listed: tuple[str, ...]
    drawn: tuple[str, ...]


def wait_for(archive: Archive, patterns: Sequence[str]) -> None:
    """Return once the last buffers of fields that are published once a second have arrived, or are late."""
    ended = time.time()
    while time.time() < ended + _DRAIN_SECONDS and not _are_complete(archive, patterns, ended):
        time.sleep(_POLL_SECONDS)


def print_archive(directory: Path, archive: Archive, shown: Shown, began: float) -> None:
    """Print the table of the fields, and draw the few."""
    from ocs_sim.launch.commands import _hk_plot, _hk_show

    click.echo(f"\nWhat was archived in {directory}")
    _hk_show.print_fields(_fields(archive, shown.listed))
    others = len(archive.fields("*")) - len(_fields(archive, shown.listed))
    if others > 0:
        click.echo(f"and {_hk_show.counted(others, 'field')} more, which `obsbow hk ls` lists.")
    width = _hk_plot.canvas_width(shutil.get_terminal_size().columns)
    names = [fields[0].name for pattern in shown.drawn if (fields := archive.fields(pattern))]
    for field in archive.decimate(names, began, None, width * _hk_plot.DOTS_ACROSS).values():
        click.echo("\n".join(["", *_hk_plot.panel(field, width, _PLOT_LINES)]))


def _fields(archive: Archive, patterns: Sequence[str]) -> list[FieldInfo]:
    return [field for pattern in patterns for field in archive.fields(pattern)]


def _are_complete(archive: Archive, patterns: Sequence[str], moment: float) -> bool:
    found = [archive.fields(pattern) for pattern in patterns]
    last = [field.last for fields in found for field in fields]
    return all(found) and min(last) > moment - _DRAIN_SECONDS / 2
