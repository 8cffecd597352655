"""What up, down, restart and demo have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._crossbar_process import find
from ocs_sim.launch._errors import Interrupted, NoCrossbar
from ocs_sim.launch._layout import Layout
from ocs_sim.launch._router_install import ensure_crossbar
from ocs_sim.launch._say import nothing
from ocs_sim.launch._start import Answered, Say, Starter
from ocs_sim.launch._stop import Stopped, down
from ocs_sim.site import CrossbarSettings


def router_of(layout: Layout) -> Router:
    """Return the router that this host runs; raises NoCrossbar."""
    if layout.host.crossbar is None:
        raise NoCrossbar(path=layout.site.path, host=layout.host.name)
    everybody = [host.hub.wamp_server for host in layout.site.hosts.values()]
    return Router(layout.host.crossbar, layout.host.hub, layout.host.log_dir, reached_as=everybody)


def own_router(layout: Layout) -> Router | None:
    """Return the router that this host runs, or None where another host runs it."""
    return None if layout.host.crossbar is None else router_of(layout)


def start(layout: Layout, names: Iterable[str], timeout_seconds: float, say: Say) -> list[Answered]:
    """Install a router if there is none, start what is not up, wait until it answers; see Starter.up.

    Raises Interrupted when Ctrl-C ends the wait.
    """
    router = own_router(layout)
    try:
        if router is not None and not router.status().alive:
            ensure_crossbar(layout.host.crossbar, nothing if say is nothing else click.echo)
        return Starter(layout, router, timeout_seconds, say).up(names)
    except KeyboardInterrupt:
        raise Interrupted from None


def stop(layout: Layout, names: Iterable[str], say: Callable[[Stopped], None]) -> list[Stopped]:
    """Stop what is up; see ocs_sim.launch._stop.down."""
    return down(layout, own_router(layout) or _former_router(layout), names, say)


def _former_router(layout: Layout) -> Router | None:
    """Return the router that this host ran before the site file said that it does not, if it still lives."""
    config_dir = layout.site.home / "dot_crossbar"
    others = [host.crossbar.config_dir for host in layout.site.hosts.values() if host.crossbar is not None]
    if config_dir in others or find(config_dir) is None:
        return None
    return Router(CrossbarSettings(config_dir), layout.host.hub, layout.host.log_dir)


def restart(
    layout: Layout,
    names: Iterable[str],
    timeout_seconds: float,
    say_stopped: Callable[[Stopped], None],
    say_answered: Say,
) -> tuple[list[Stopped], list[Answered]]:
    """Stop and start the named agents, all and the router for no name.

    What the HostMaster takes with it comes back with it.
    """
    names = list(names)
    stopped = stop(layout, names, say_stopped)
    known = {each.instance_id for each in layout.instances}
    again = dict.fromkeys([*names, *(each.name for each in stopped if each.name in known)]) if names else ()
    return stopped, start(layout, again, timeout_seconds, say_answered)
