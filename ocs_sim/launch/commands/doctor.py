"""`obsbow doctor`: look for what would keep an observatory from running."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options


@click.command("doctor")
@site_options
@json_option
def command(site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """Look for what would keep an observatory from running, and say what to do.

    Exit code 1 when there is something to do.
    """
    from ocs_sim.launch._doctor import examine
    from ocs_sim.launch._layout import open_layout

    findings = list(examine(open_layout(site_file, site_host)))
    if as_json:
        print_json([asdict(finding) | {"well": finding.well} for finding in findings])
    else:
        for finding in findings:
            mark = click.style("ok ", fg="green") if finding.well else click.style("!! ", fg="red")
            click.echo(f"{mark} {finding.what:<16} {finding.found}")
            if not finding.well:
                click.echo(f"                     -> {finding.advice}")
    click.get_current_context().exit(0 if all(finding.well for finding in findings) else 1)
