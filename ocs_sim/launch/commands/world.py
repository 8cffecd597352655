"""`obsbow world`: a simulated observatory behind Alpaca, alone, without a router or agents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ocs_sim.launch.commands._options import json_option, print_json

if TYPE_CHECKING:
    from ocs_sim.alpaca.world_server import WorldServer, WorldSettings

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("world")
@click.option("--site-file", type=_FILE, help="The site file; else it is searched for, and may be missing.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=11111, show_default=True, help="0: any free one."
)
@click.option(
    "--profile", default="fast", show_default=True, help="fast, toros, 1m, or a YAML file of your own."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed and clock, same world.")
@click.option("--start", default="now", show_default=True, help="now, night, or a moment in ISO 8601.")
@click.option(
    "--time-rate", type=float, default=1.0, show_default=True, help="Times as fast; 0: stands still."
)
@click.option("--sky", type=_FILE, help="A catalogue of stars: ECSV, FITS table, VOTable or CSV.")
@click.option("--script", type=_FILE, help="A YAML file of faults and weather to come.")
@click.option("--discovery/--no-discovery", default=False, help="Answer Alpaca's discovery.  [default: no]")
@click.option(
    "--discovery-port", type=click.IntRange(1, 65535), default=32227, show_default=True, help="UDP."
)
@json_option
@click.pass_context
def command(ctx: click.Context, /, site_file: Path | None, as_json: bool, **given: Any) -> None:
    """Serve a simulated observatory to Alpaca clients, until Ctrl-C.

    Its place comes from the site file, if there is one, and options from its WorldAgent; words given here
    count more.

    \b
    obsbow world
    obsbow world --profile 1m --start night --time-rate 10
    obsbow world --host 0.0.0.0 --discovery
    """
    from ocs_sim.launch._world import serve

    words = {name for name in given if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT}
    server, settings = _server(site_file, given, words)
    serve(server, lambda: print_json(_facts(server)) if as_json else click.echo(_greeting(server, settings)))


def _server(
    site_file: Path | None, given: dict[str, Any], words: set[str]
) -> tuple[WorldServer, WorldSettings]:
    from ocs_sim.alpaca.world_server import WorldServer
    from ocs_sim.launch._world import settings_of

    settings = settings_of(site_file, given, words)
    return WorldServer(settings), settings


def _greeting(server: WorldServer, settings: WorldSettings) -> str:
    devices = server.server.asgi.devices
    width = max(len(each.device_type) for each in devices)
    lines = [f"  {each.device_type:<{width}}  {each.number}  {each.name}" for each in devices]
    discovery = server.server.discovery_port
    return "\n".join(
        [
            f"{server.server.asgi.description.name}, profile {settings.profile}, is at {server.address}:",
            *lines,
            f"Look at it: {server.address}/setup",
            *([f"Discovery answers at UDP port {discovery}."] if discovery else []),
            "Ctrl-C ends it.",
        ]
    )


def _facts(server: WorldServer) -> dict[str, Any]:
    from ocs_sim.alpaca import configured_devices

    return {
        "address": server.address,
        "port": server.server.port,
        "discovery_port": server.server.discovery_port,
        "devices": configured_devices(server.server.asgi.devices),
    }
