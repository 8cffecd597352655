"""`obsbow logs`: show what the router and the agents logged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocs_sim.launch.commands._options import site_options

if TYPE_CHECKING:
    from ocs_sim.launch._logs import Entry


@click.command("logs")
@click.argument("ids", nargs=-1)
@site_options
@click.option("-f", "--follow", is_flag=True, help="Go on showing new lines until Ctrl-C.")
@click.option("-n", "--lines", default=40, show_default=True, help="How many of the last lines to show.")
@click.option(
    "--level", type=click.Choice(["debug", "info", "warning", "error"]), default="debug", help="The least."
)
@click.option("--json", "as_json", is_flag=True, help="Print each line as JSON.")
def command(
    ids: tuple[str, ...],
    site_file: Path | None,
    site_host: str | None,
    follow: bool,
    lines: int,
    level: str,
    as_json: bool,
) -> None:
    """Show what the agents IDS logged, all of them and the router (crossbar) for no IDS, in order of time."""
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.launch._logs import follow_logs, last_entries, sources

    layout = open_layout(site_file, site_host)
    chosen = sources(layout, ids)
    show = _Printer(level, as_json, max(map(len, chosen), default=0))
    for entry in last_entries(chosen, lines, show.wants):
        show(entry)
    if follow:
        try:
            for entry in follow_logs(chosen):
                show(entry)
        except KeyboardInterrupt:
            return


class _Printer:
    def __init__(self, level: str, as_json: bool, width: int) -> None:
        from ocs_sim.launch._logs import LEVELS

        self.least = LEVELS[level]
        self.as_json = as_json
        self.width = width

    def wants(self, entry: Entry) -> bool:
        return entry.severity >= self.least

    def __call__(self, entry: Entry) -> None:
        if self.wants(entry):
            click.echo(entry.to_json() if self.as_json else entry.to_text(self.width))
