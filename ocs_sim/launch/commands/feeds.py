"""`obsbow feeds`: what becomes of what every feed publishes."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from rich.table import Table

    from ocs_sim.launch._feeds import FeedWatcher, Look
    from ocs_sim.launch._feeds_rows import Row

_PERIOD_SECONDS = 1.0
_WIDE = 200


@click.command("feeds")
@click.argument("patterns", metavar="[PATTERN]...", nargs=-1)
@click.option("--once", is_flag=True, help="Print one table and end, as when the output is no terminal.")
@site_options
@json_option
def command(
    patterns: tuple[str, ...], once: bool, site_file: Path | None, site_host: str | None, as_json: bool
) -> None:
    """Watch what is published, recorded, replayed and lost on every recorded feed; Ctrl-C ends it.

    A PATTERN is a glob on `agent.feed`; one without a dot matches an agent or a feed: `data1`, `*.temps`.
    Counts are blocks. They are the Aggregator's since it began to record, and the agents' own, since they
    were started, of what is published and what waits to be sent.
    """
    from ocs_sim.launch._feeds import FeedWatcher
    from ocs_sim.launch._layout import open_layout

    layout = open_layout(site_file, site_host)
    with FeedWatcher(layout) as watcher:
        if as_json or once or not sys.stdout.isatty():
            _show_once(watcher, patterns, as_json=as_json)
        else:
            _watch(watcher, patterns)


def _show_once(watcher: FeedWatcher, patterns: Sequence[str], *, as_json: bool) -> None:
    from rich.console import Console

    from ocs_sim.launch._feeds_rows import rows

    before = watcher.look()
    time.sleep(_PERIOD_SECONDS)
    look = watcher.look()
    found = rows(look, before, patterns)
    if as_json:
        whole = {"aggregator": look.aggregator, "pending_blocks": look.pending_blocks}
        print_json(whole | {"feeds": [row.to_plain() for row in found]})
    else:
        # What is read by a program, or later, is not cut off at the width of no terminal.
        console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
        console.print(_table(found, look, console.width))


def _watch(watcher: FeedWatcher, patterns: Sequence[str]) -> None:
    from rich.live import Live

    from ocs_sim.bus import BusError
    from ocs_sim.launch._feeds_rows import rows

    look, before, trouble = watcher.look(), None, ""
    try:
        with Live(auto_refresh=False) as live:
            while True:
                found = rows(look, before, patterns)
                live.update(_table(found, look, live.console.width, trouble), refresh=True)
                time.sleep(_PERIOD_SECONDS)
                try:
                    before, look, trouble = look, watcher.look(), ""
                except BusError as fault:
                    trouble = str(fault)
    except KeyboardInterrupt:
        return


def _table(found: Sequence[Row], look: Look, width: int, trouble: str = "") -> Table:
    from ocs_sim.launch._feeds_table import table

    by = f"recorded by {look.aggregator}" if look.aggregator else "nobody records: the agents' own counts"
    by += f", {look.pending_blocks} blocks are being asked for again" if look.pending_blocks else ""
    nothing = (
        "" if found else "; no feed matches" if look.feeds else "; no agent that answers has recorded feeds"
    )
    return table(
        found, width, trouble or f"{time.strftime('%H:%M:%SZ', time.gmtime(look.at))}, {by}{nothing}"
    )
