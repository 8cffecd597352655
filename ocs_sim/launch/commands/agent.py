"""`obsbow agent new`: an agent of your own. `obsbow agent list`: the classes that there are."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ocs_sim.launch.commands._options import json_option, print_json, site_options

if TYPE_CHECKING:
    from ocs_sim.agent.catalogue import ClassInfo


@click.group("agent")
def command() -> None:
    """Write a new agent with its test; list the agent classes."""


@command.command("new")
@click.argument("name")
@click.option(
    "--directory",
    "-d",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("agents"),
    show_default=True,
    help="Where to write it.",
)
@json_option
def new(name: str, directory: Path, as_json: bool) -> None:
    """Write a working agent called NAME, and its test.

    \b
    obsbow agent new Thermometer
    obsbow agent new dome-heater --directory my_agents
    """
    from ocs_sim.launch._agent_template import NewAgent, write_agent

    agent = NewAgent.of(name)
    module, test = write_agent(agent, directory)
    if as_json:
        print_json(
            {
                "module": str(module),
                "test": str(test),
                "agent_path": str(directory.resolve()),
                "instance_id": agent.instance_id,
                "agent_class": agent.class_name,
            }
        )
        return
    click.echo(f"Wrote {module} and {test}.\n")
    click.echo(f"Test it:    python -m pytest {test}")
    click.echo("Run it:     add this to your host in the site file, then `obsbow up`:\n")
    click.echo(f"    agent-paths: [{directory.resolve()}]")
    click.echo("    agent-instances:")
    click.echo(f"      - instance-id: {agent.instance_id}")
    click.echo(f"        agent-class: {agent.class_name}")
    click.echo(f"\nTalk to it: obsbow call {agent.instance_id} ramp target=301")


@command.command("list")
@site_options
@json_option
def list_classes(site_file: Path | None, site_host: str | None, as_json: bool) -> None:
    """List the agent classes: installed ones, those in the site's agent-paths, and OCS's."""
    from ocs_sim.agent import catalogue

    found = catalogue.all_classes(_agent_paths(site_file, site_host)).values()
    if as_json:
        print_json([asdict(each) for each in found])
        return
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        click.echo(f"{each.name:<{width}}  {_line(each)}")


def _line(info: ClassInfo) -> str:
    if info.fault:
        return f"cannot be loaded: {info.fault}"
    aliases = f" (also {', '.join(info.aliases)})" if info.aliases else ""
    return f"{info.summary}{aliases} [{info.origin}]"


def _agent_paths(site_file: Path | None, site_host: str | None) -> tuple[Path, ...]:
    from ocs_sim import site as sites

    try:
        path = sites.find_site_file(site_file, environ=os.environ, cwd=Path.cwd())
    except sites.SiteFileNotFound:
        if site_file is not None:
            raise
        # The installed classes are there without a site, too.
        return ()
    return sites.load(path).host(site_host).agent_paths
