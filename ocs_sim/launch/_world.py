"""Running a simulated observatory in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocs_sim.almanac import Place
from ocs_sim.alpaca.world_server import WorldServer, WorldSettings
from ocs_sim.launch._errors import BadWorldArguments
from ocs_sim.site import AgentInstance, Site, SiteFileNotFound, find_site_file, load

_AGENT_CLASSES = ("WorldAgent", "World")
_ARGUMENTS: dict[str, Callable[[str], Any]] = {
    "host": str,
    "port": int,
    "discovery_port": int,
    "profile": str,
    "seed": int,
    "start": str,
    "time_rate": float,
    "sky": Path,
    "script": Path,
}


def serve(server: WorldServer, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; calls `ready` once requests are answered."""
    import uvloop

    uvloop.run(_serve(server, ready))


async def _serve(server: WorldServer, ready: Callable[[], None]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await server.start()
    try:
        ready()
        await ended.wait()
    finally:
        await server.stop()
    _leave_threads()


def _leave_threads() -> None:
    # Nobody waits any more for an image that is being rendered, but Python would: minutes for a large one.
    if any(each is not threading.main_thread() and not each.daemon for each in threading.enumerate()):
        sys.stdout.flush()
        os._exit(0)


def settings_of(site_file: Path | None, given: dict[str, Any], words: set[str]) -> WorldSettings:
    """Return what the command line asks for, over what the site file says of its place and its WorldAgent.

    `words` are the names of those in `given` that the user has written; the others are defaults.
    """
    site = _site(site_file)
    of_agent = _of_agent(site) if site is not None else {}
    found = {**given, **{name: value for name, value in of_agent.items() if name not in words}}
    is_asked = found.pop("discovery")
    wants_discovery = is_asked if "discovery" in words else "discovery_port" in of_agent
    if not wants_discovery and "discovery_port" not in words:
        found["discovery_port"] = None
    return WorldSettings(**found, **(_of_place(site) if site is not None else {}))


def _site(path: Path | None) -> Site | None:
    try:
        return load(find_site_file(path, environ=os.environ, cwd=Path.cwd()))
    except SiteFileNotFound:
        if path is not None:
            raise
        return None


def _of_place(site: Site) -> dict[str, Any]:
    identity = site.identity
    if identity is None:
        return {}
    place = Place(identity.latitude_deg, identity.longitude_deg, identity.elevation_m)
    return {"place": place, "site_code": identity.code, "site_name": identity.name}


def _of_agent(site: Site) -> dict[str, Any]:
    """Return the arguments of the site's first WorldAgent that a world alone has, too."""
    agents = [each for host in site.hosts.values() for each in host.instances]
    for agent in agents:
        if agent.agent_class in _AGENT_CLASSES:
            return _read(agent, site.path)
    return {}


def _read(agent: AgentInstance, path: Path) -> dict[str, Any]:
    # Not by the agent's own options: who runs a world alone needs no WAMP.
    parser = argparse.ArgumentParser(exit_on_error=False, allow_abbrev=False, add_help=False)
    for name, kind in _ARGUMENTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=argparse.SUPPRESS)
    try:
        found = vars(parser.parse_known_args(list(agent.arguments))[0])
    except (argparse.ArgumentError, SystemExit) as error:
        raise BadWorldArguments(path=path, line=agent.line, reason=error) from None
    for name in ("sky", "script"):
        if name in found:
            found[name] = path.parent / found[name].expanduser()
    if found.get("profile", "").endswith((".yaml", ".yml")):
        found["profile"] = str(path.parent / Path(found["profile"]).expanduser())
    return found
