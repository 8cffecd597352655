"""`obsbow check`: what is wrong in a site file, and where."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from ocs_sim.launch.commands._options import json_option, print_json
from ocs_sim.site import Fault, Severity, Site

_FILE = click.Path(path_type=Path)


@click.command("check")
@click.argument("file", required=False, type=_FILE)
@click.option("--site-file", type=_FILE, help="The site file; else it is searched for.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of site files, for editors.")
@json_option
def command(file: Path | None, site_file: Path | None, schema: bool, as_json: bool) -> None:
    """Check a site file and name the line of every fault.

    Exit code 0 when the file is sound, which warnings do not change, and 1 when it is not.

    \b
    obsbow check                              the site file that `obsbow up` would take
    obsbow check site_config/other.yaml
    obsbow check --schema > site.schema.json
    """
    if schema:
        from ocs_sim.site import json_schema

        print_json(json_schema())
        return
    if file is not None and site_file is not None:
        raise click.UsageError("FILE and --site-file name the same thing: give one of them.")
    path = _find(file or site_file)
    faults = _faults(path)
    sound = all(fault.severity is Severity.WARNING for fault in faults)
    site = _load(path) if sound else None
    if as_json:
        print_json(_to_plain(path, faults, site))
    else:
        _print(path, faults, site)
    click.get_current_context().exit(0 if sound else 1)


def _find(path: Path | None) -> Path:
    from ocs_sim.site import find_site_file

    return find_site_file(path, environ=os.environ, cwd=Path.cwd())


def _faults(path: Path) -> list[Fault]:
    from ocs_sim.agent import catalogue
    from ocs_sim.site import check

    return check(path, catalogue.known_classes)


def _load(path: Path) -> Site:
    from ocs_sim.site import load

    return load(path)


def _print(path: Path, faults: list[Fault], site: Site | None) -> None:
    for fault in faults:
        click.echo(str(fault))
    if site is None:
        count = sum(fault.severity is not Severity.WARNING for fault in faults)
        click.echo(f"{path}: {count} fault{'s' if count > 1 else ''} to mend.")
        return
    click.echo(f"{path}: sound.")
    hub = site.hub
    click.echo(f"  router {hub.wamp_server}, realm {hub.wamp_realm}, addresses {hub.address_root}.*")
    for host in site.hosts.values():
        count = len(host.instances)
        runs_router = ", runs the router" if host.crossbar else ""
        click.echo(f"  host {host.name}: {count} agent{'' if count == 1 else 's'}{runs_router}")
        id_width = max((len(agent.instance_id) for agent in host.instances), default=0)
        class_width = max((len(agent.agent_class) for agent in host.instances), default=0)
        for agent in host.instances:
            name, kind = agent.instance_id.ljust(id_width), agent.agent_class.ljust(class_width)
            click.echo(f"    {name}  {kind}  {agent.manage.value}")


def _to_plain(path: Path, faults: list[Fault], site: Site | None) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "path": str(path),
        "sound": site is not None,
        "faults": [
            {
                "path": str(fault.path),
                "line": fault.line,
                "column": fault.column,
                "severity": fault.severity.value,
                "message": fault.message,
                "suggestion": fault.suggestion,
            }
            for fault in faults
        ],
    }
    if site is not None:
        plain["hosts"] = {
            host.name: {
                agent.instance_id: {"agent_class": agent.agent_class, "manage": agent.manage.value}
                for agent in host.instances
            }
            for host in site.hosts.values()
        }
    return plain
