"""What up, down, restart and demo have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._errors import NoCrossbar
from ocs_sim.launch._layout import Layout
from ocs_sim.launch._router_install import ensure_crossbar
from ocs_sim.launch._say import nothing
from ocs_sim.launch._start import Answered, Say, Starter
from ocs_sim.launch._stop import Stopped, down


def router_of(layout: Layout) -> Router:
    """Return the router that this host runs; raises NoCrossbar."""
    if layout.host.crossbar is None:
        raise NoCrossbar(path=layout.site.path, host=layout.host.name)
    everybody = [host.hub.wamp_server for host in layout.site.hosts.values()]
    return Router(layout.host.crossbar, layout.host.hub, layout.host.log_dir, reached_as=everybody)


def start(layout: Layout, names: Iterable[str], timeout_seconds: float, say: Say) -> list[Answered]:
    """Install a router if there is none, start what is not up, wait until it answers; see Starter.up."""
    router = router_of(layout)
    if not router.status().alive:
        ensure_crossbar(layout.host.crossbar, nothing if say is nothing else click.echo)
    return Starter(layout, router, timeout_seconds, say).up(names)


def stop(layout: Layout, names: Iterable[str], say: Callable[[Stopped], None]) -> list[Stopped]:
    """Stop what is up; see ocs_sim.launch._stop.down."""
    return down(layout, router_of(layout), names, say)
