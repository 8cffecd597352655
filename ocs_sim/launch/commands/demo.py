"""`obsbow demo`: start, take data, show what was archived, and stop."""

from __future__ import annotations

from pathlib import Path

import click

from ocs_sim.launch.commands._options import site_options


@click.command("demo")
@site_options
@click.option(
    "--seconds", default=30.0, show_default=True, type=click.FloatRange(1.0), help="Of data taking."
)
def command(site_file: Path | None, site_host: str | None, seconds: float) -> None:
    """Start the observatory, take housekeeping data, show what was archived, and stop.

    Without a site file nearby it uses one of its own. What was up before stays up.
    """
    from ocs_sim.launch._demo import Demo, demo_layout

    Demo(demo_layout(site_file, site_host), seconds).run()
