"""`obsbow demo`: start, take data, show what was archived, and stop."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options


@click.command("demo")
@site_options
@click.option(
    "--seconds", default=30.0, show_default=True, type=click.FloatRange(1.0), help="Of data taking."
)
@json_option
def command(site_file: Path | None, site_host: str | None, seconds: float, as_json: bool) -> None:
    """Start the observatory, take housekeeping data, show what was archived, and stop.

    Without a site file nearby it uses one of its own. What was up before stays up.
    """
    from ocs_sim.launch._demo import Demo, demo_layout

    report = Demo(demo_layout(site_file, site_host), seconds, quiet=as_json).run()
    if as_json:
        lists = ("answered", "stopped", "fields")
        print_json(report | {name: [asdict(each) for each in report[name]] for name in lists})
