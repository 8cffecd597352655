"""`obsbow down`: stop agents, or the whole observatory."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options


@click.command("down")
@click.argument("ids", nargs=-1)
@site_options
@json_option
def command(ids: tuple[str, ...], site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """Stop the agents IDS; without IDS the whole observatory, router included.

    Agents get SIGINT, then SIGTERM, then SIGKILL. No process and no socket is left.
    """
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.launch._observatory import stop
    from ocs_sim.launch._say import nothing, say_stopped

    layout = open_layout(site_file, site_host)
    stopped = stop(layout, ids, nothing if as_json else say_stopped)
    if as_json:
        print_json([asdict(each) for each in stopped])
    elif not stopped:
        click.echo("Nothing was running.")
