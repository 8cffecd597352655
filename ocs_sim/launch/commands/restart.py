"""`obsbow restart`: stop and start agents, or the whole observatory."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options, timeout_option


@click.command("restart")
@click.argument("ids", nargs=-1)
@site_options
@timeout_option
@json_option
def command(
    ids: tuple[str, ...], site_file: Path | None, site_host: str | None, timeout: float, as_json: bool
) -> None:
    """Stop and start the agents IDS; without IDS the whole observatory, router included."""
    from ocs_sim.launch._layout import open_layout
    from ocs_sim.launch._observatory import restart
    from ocs_sim.launch._say import nothing, say_answered, say_stopped

    layout = open_layout(site_file, site_host)
    say = (nothing, nothing) if as_json else (say_stopped, say_answered)
    stopped, answered = restart(layout, ids, timeout, *say)
    if as_json:
        print_json({"stopped": [*map(asdict, stopped)], "answered": [*map(asdict, answered)]})
