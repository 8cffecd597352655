"""`obsbow client`: command sites from afar, whether they are online or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from ocs_sim.launch._client_desk import Desk

_EXIT_FAILED = 1
_EXIT_UNKNOWN = 3


@click.command("client", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="[COMMAND] [NAME=VALUE]...")
@click.option("--site", "code", metavar="CODE", help="Which site to command; else the file's first.")
@click.option(
    "--wait", type=click.FloatRange(0.0), metavar="SECONDS", help="Wait so long for the command to end."
)
@site_options
@json_option
def command(
    words: tuple[str, ...],
    code: str | None,
    wait: float | None,
    site_file: Path | None,
    site_host: str | None,  # noqa: ARG001 - as for all commands; sites have no hosts from afar
    as_json: bool,
) -> None:
    """Command sites from afar, whether they are online or not.

    Without COMMAND a shell is opened; `?` in it lists the commands. With one it is sent, and waits in the
    site's queue until the site takes it.

    \b
    obsbow client
    obsbow client goto ra=5.59 dec=-5.39
    obsbow client --site mini expose duration=10 repeat=2 --wait 60
    obsbow client status --json

    Exit code 0 when the command was sent (with --wait: when it was completed), 1 when it could not be or
    failed, 3 when the time was up, or the site has told nothing yet.
    """
    from ocs_sim.clock import SystemClock
    from ocs_sim.launch._client_desk import Desk, site_codes
    from ocs_sim.site import find_site_file, load
    from ocs_sim.stores import open_stores

    path = find_site_file(site_file, environ=os.environ, cwd=Path.cwd())
    site = load(path)
    clock = SystemClock()
    with open_stores(site.stores, clock) as stores:
        desk = Desk(site_codes(site, path), stores, clock, code)
        if not words:
            _converse(desk)
            return
        sys.exit(_once(desk, words, wait, as_json=as_json))


def _converse(desk: Desk) -> None:
    from ocs_sim.launch._client_history import history
    from ocs_sim.launch._client_shell import ClientShell
    from ocs_sim.launch._router_env import home

    shell = ClientShell(desk, _bar)
    shell.use_rawinput = sys.stdin.isatty()
    with history(home(os.environ) / "client_history"):
        try:
            shell.cmdloop()
        except KeyboardInterrupt:
            click.echo()


def _once(desk: Desk, words: tuple[str, ...], wait: float | None, *, as_json: bool) -> int:
    from ocs_sim.launch._client_answers import answer

    told = answer(desk, words[0], words[1:], _bar, wait)
    if as_json:
        print_json(told.facts)
    else:
        click.echo(told.text)
    return {True: 0, False: _EXIT_FAILED, None: _EXIT_UNKNOWN}[told.success]


def _bar(text: str, total: int) -> Iterator[int]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(range(total), text, console=console, disable=not console.is_terminal)
