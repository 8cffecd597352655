"""The obsbow command line: which commands there are, and how their errors reach the user."""

from __future__ import annotations

import difflib
import errno
import importlib
import sys
from typing import Any

import click

from ocs_sim.errors import ObservatoryError

# name -> (module in ocs_sim.launch.commands, one line of help). Modules are imported only when their
# command runs, so that `obsbow --help` costs what click costs.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("up", "Start the router and the agents, and wait until all answer."),
    "down": ("down", "Stop agents, or the whole observatory."),
    "restart": ("restart", "Stop and start agents, or the whole observatory."),
    "status": ("status", "Show the router and each agent as they are now."),
    "logs": ("logs", "Show what the router and the agents logged."),
    "init": ("init", "Lay out a new observatory in a directory."),
    "demo": ("demo", "Start, take data, show what was archived, and stop."),
    "drill": ("drill", "Let something go wrong on a scratch site, and see that nothing is lost."),
    "doctor": ("doctor", "Look for what would keep an observatory from running."),
    "check": ("check", "Check a site file and name the line of every fault."),
    "router": ("router", "Install, show or remove the router's private environment."),
    "crossbar": ("crossbar", "Configure and run the crossbar router alone."),
    "agent": ("agent", "Write a new agent with its test; list the agent classes."),
    "world": ("world", "Serve a simulated observatory to Alpaca clients, alone."),
    "client": ("client", "Command sites from afar, online or not: a shell, or one command."),
    "scan": ("scan", "List the agents that are on the bus."),
    "call": ("call", "Run an operation of an agent."),
    "listen": ("listen", "Print what is published on a feed."),
    "feeds": ("feeds", "Watch what is published, recorded, replayed and lost on every feed."),
    "token": ("token", "Make a token for a person, or a key for the software at a site."),
    "aws": ("aws", "Make, show or delete what a site file names in AWS: init, status, delete."),
    "shell": ("shell", "Open a Python shell with clients of agents."),
    "hk": ("hk", "Read the housekeeping archive: ls, get, plot, check, export."),
    "image": ("image", "Look at FITS images: show, header, check."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command, or fail with the nearest name."""
        if name not in COMMANDS:
            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean `obsbow {near[0]}`?" if near else " `obsbow --help` lists them."
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        module = importlib.import_module(f"ocs_sim.launch.commands.{COMMANDS[name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a user's mistake becomes one message and exit code 1, never a traceback."""
        try:
            return super().invoke(ctx)
        except ObservatoryError as error:
            click.echo(f"obsbow: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("obsbow: interrupted", err=True)
            sys.exit(130)
        except OSError as error:
            # click itself knows what to do about a reader that is gone.
            if error.errno == errno.EPIPE:
                raise
            click.echo(f"obsbow: {error}. `obsbow doctor` may know more.", err=True)
            sys.exit(1)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ocs-sim", prog_name="obsbow")
def obsbow() -> None:
    """Run an observatory: its router, its agents and its archive, from one site file.

    \b
    obsbow init ~/observatory && cd ~/observatory
    obsbow up
    obsbow status
    obsbow down
    """


def main() -> None:
    """Run the obsbow command."""
    obsbow.main(prog_name="obsbow")
