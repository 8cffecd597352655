"""`obsbow up`: start the router and the agents, and wait until all answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options, timeout_option


@click.command("up")
@click.argument("ids", nargs=-1)
@site_options
@timeout_option
@json_option
def command(
    ids: tuple[str, ...], site_file: Path | None, site_host: str | None, timeout: float, as_json: bool
) -> None:
    """Start the router and the agents IDS (all that the site file wants up), and wait until all answer.

    What runs already is left alone, so that running it twice changes nothing.
    """
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.launch._observatory import start
    from ocs_sim.launch._say import nothing, say_answered

    layout = open_layout(site_file, site_host)
    answered = start(layout, ids, timeout, nothing if as_json else say_answered)
    if as_json:
        print_json([asdict(each) for each in answered])
