"""`obsbow status`: the router and each agent as they are now."""

from __future__ import annotations

from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options


@click.command("status")
@site_options
@json_option
def command(site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """Show the router and each agent as they are now.

    Exit code 0 when all that should run answers, 3 when something does not, 4 when nothing runs.
    """
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.launch._observatory import own_router
    from ocs_sim.launch._render import print_view
    from ocs_sim.launch._view import look

    layout = open_layout(site_file, site_host)
    view = look(layout, own_router(layout))
    if as_json:
        print_json(view.to_plain())
    else:
        print_view(view)
    click.get_current_context().exit(0 if view.well else 4 if view.all_down else 3)
