"""Options that many commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ocs_sim.wire import to_plain

Command = TypeVar("Command", bound=Callable[..., Any])


def site_options(command: Command) -> Command:
    """Add --site-file and --site-host."""
    path = click.Path(dir_okay=False, path_type=Path)
    command = click.option("--site-host", help="Which host of the site file this is.")(command)
    return click.option("--site-file", type=path, help="The site file; else it is searched for.")(command)


def timeout_option(command: Command) -> Command:
    """Add --timeout."""
    text = "Seconds to wait until all answer."
    return click.option("--timeout", default=60.0, show_default=True, help=text)(command)


def json_option(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def print_json(value: Any) -> None:
    """Print `value` as JSON, whatever is in it."""
    click.echo(json.dumps(to_plain(value)[0], indent=2))
