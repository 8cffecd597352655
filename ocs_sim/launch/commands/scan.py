"""`obsbow scan`: which agents are on the bus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from ocs_sim.client import SeenAgent


@click.command("scan")
@site_options
@json_option
@click.option("--details", is_flag=True, help="Show the state of every operation.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.0),
    default=2.0,
    show_default=True,
    help="How long to listen; hearts beat once a second.",
)
def command(
    site_file: Path | None, site_host: str | None, as_json: bool, details: bool, seconds: float
) -> None:
    """List the agents that are on the bus, by their heartbeats.

    These are all agents of the site, whoever started them and wherever they run.
    """
    from ocs_sim.client import discover

    seen = discover(seconds, site_file=site_file, site_host=site_host)
    if as_json:
        print_json([_plain(agent) for agent in seen])
    elif not seen:
        click.echo(f"No agent was heard within {seconds:g} s. `obsbow status` shows what should run.")
    else:
        _print(seen, details=details)


def _plain(agent: SeenAgent) -> dict[str, Any]:
    return {
        "instance_id": agent.instance_id,
        "address": agent.address,
        "agent_class": agent.agent_class,
        "age_seconds": round(agent.age_seconds, 3),
        "operations": {name: code.name.lower() for name, code in agent.operations.items()},
        "boot_id": agent.boot_id,
        **({"feed": agent.extras} if agent.extras else {}),
    }


def _print(seen: list[SeenAgent], *, details: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("agent", "class", "heard", "operations"):
        table.add_column(title, no_wrap=title == "agent")
    for agent in seen:
        heard = f"{agent.age_seconds:.1f} s ago"
        table.add_row(agent.instance_id, agent.agent_class, heard, _operations(agent, details=details))
    Console(highlight=False).print(table)


def _operations(agent: SeenAgent, *, details: bool) -> str:
    states = {name: code.name.lower() for name, code in agent.operations.items()}
    if details:
        return "\n".join(f"{name}: {state}" for name, state in states.items())
    worth_saying = {name: state for name, state in states.items() if state not in ("none", "succeeded")}
    return ", ".join(f"{name} {state}" for name, state in worth_saying.items()) or "idle"
