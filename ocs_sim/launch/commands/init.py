"""`obsbow init`: lay out a new observatory in a directory."""

from __future__ import annotations

from pathlib import Path

import click

from ocs_sim.launch.commands._options import json_option, print_json


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@json_option
def command(directory: Path, as_json: bool) -> None:
    """Lay out a new observatory in DIRECTORY, ready for `obsbow up` from inside it.

    What is there already is kept; a file that differs from what would be written is an error.
    """
    from ocs_sim.launch._templates import lay_out

    written = lay_out(directory)
    if as_json:
        print_json({"directory": str(directory), "written": [str(path) for path in written]})
        return
    for path in written:
        click.echo(f"  wrote {path}")
    click.echo(f"Ready. Next:\n  cd {directory}\n  obsbow up")
