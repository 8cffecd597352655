"""`obsbow shell`: Python with clients of agents."""

from __future__ import annotations

import code
import importlib.util
import sys
from pathlib import Path
from typing import Any

import click

from ocs_sim.launch.commands._options import site_options

_PATIENCE_SECONDS = 5.0


@click.command("shell")
@click.argument("agents", nargs=-1, required=True, metavar="AGENT...")
@click.option("--simple", is_flag=True, help="Plain Python even if IPython is installed.")
@site_options
def command(agents: tuple[str, ...], simple: bool, site_file: Path | None, site_host: str | None) -> None:
    """Open a Python shell with a client of each AGENT, called as it is; `client` is the first.

    \b
    obsbow shell data1
    >>> data1.acq.start()
    >>> data1.delay_task(delay=2)
    """
    from ocs_sim.client import AsyncClient, Client, discover

    clients = {
        agent: Client(agent, site_file=site_file, site_host=site_host, timeout_seconds=_PATIENCE_SECONDS)
        for agent in agents
    }
    names: dict[str, Any] = {"AsyncClient": AsyncClient, "Client": Client, "discover": discover}
    names |= {agent.replace("-", "_"): client for agent, client in clients.items()}
    names |= {"client": clients[agents[0]], "clients": clients}
    click.echo("\n".join([*map(repr, clients.values()), "", "Try: client.<Tab>, help(client.<operation>)"]))
    try:
        if simple or importlib.util.find_spec("IPython") is None:
            _plain_shell(names)
        else:
            _ipython(names)
    finally:
        for client in clients.values():
            client.disconnect()


def _ipython(names: dict[str, Any]) -> None:
    import IPython

    IPython.start_ipython(argv=["--no-banner"], user_ns=names)


def _plain_shell(names: dict[str, Any]) -> None:
    if sys.stdin.isatty():
        _complete(names)
    _Shell(names).interact(banner="", exitmsg="")


def _complete(names: dict[str, Any]) -> None:
    if importlib.util.find_spec("readline") is None:
        return
    import readline
    import rlcompleter

    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("tab: complete")


class _Shell(code.InteractiveConsole):
    """Python's own shell, whose answers are no errors and go where answers go."""

    def write(self, data: str) -> None:
        """Print to stdout."""
        sys.stdout.write(data)
