"""Checks for what keeps an observatory from running, each with what to do about it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from ocs_sim import site as sites
from ocs_sim.errors import ObservatoryError
from ocs_sim.launch._layout import Layout
from ocs_sim.launch._observatory import own_router
from ocs_sim.launch._running import living_process
from ocs_sim.launch._telescope import address, is_free
from ocs_sim.site import AgentInstance

_LEAST_FREE_BYTES = 500_000_000
_LEAST_OPEN_FILES = 1024
_USUAL_PORTS = {"World": "11111", "WorldAgent": "11111", "Api": "8010", "ApiAgent": "8010"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `advice` is empty when it is well."""

    what: str
    found: str
    advice: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.advice


def examine(layout: Layout) -> Iterator[Finding]:
    """Yield what was found, one check after the other; a check that fails is a finding, not the end."""
    for check in _CHECKS:
        try:
            yield from check(layout)
        except (ObservatoryError, OSError) as error:
            yield Finding(check.__name__.strip("_").replace("_", " "), "failed", str(error))


def _python(_: Layout) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", f"{version} at {sys.executable}")


def _packages(_: Layout) -> Iterator[Finding]:
    names = ("ocs-sim", "autobahn", "twisted", "uvloop", "h5py", "pydantic")
    yield Finding("packages", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names))


def _site_file(layout: Layout) -> Iterator[Finding]:
    from ocs_sim.agent import catalogue

    faults = sites.check(layout.site.path, catalogue.known_classes(layout.host.agent_paths))
    advice = "; ".join(str(fault) for fault in faults)
    yield Finding("site file", str(layout.site.path), advice)


def _crossbar(layout: Layout) -> Iterator[Finding]:
    from ocs_sim.launch._router_env import find_crossbar

    found = find_crossbar(layout.host.crossbar)
    if found is None:
        yield Finding("crossbar", "not installed", "`obsbow up` installs it, or run `obsbow router install`")
    else:
        yield Finding("crossbar", f"{found.version or 'unknown version'} at {found.path}")


def _router(layout: Layout) -> Iterator[Finding]:
    router = own_router(layout)
    if router is None:
        return
    status = router.status()
    stale = status.state == "stale"
    advice = "it left its pid file or socket behind; `obsbow up` or `obsbow down` cleans up" if stale else ""
    yield Finding("router", f"{status.state} {status.detail}".strip(), advice)


def _port(layout: Layout) -> Iterator[Finding]:
    address = urlsplit(layout.host.hub.wamp_server)
    host, port = address.hostname or "127.0.0.1", address.port or 80
    with socket.socket() as probe:
        probe.settimeout(1.0)
        taken = probe.connect_ex((host, port)) == 0
    router = own_router(layout)
    if router is None:
        return
    ours = router.status().alive
    foreign = taken and not ours
    advice = f"another program listens on port {port}: stop it, or change wamp_server" if foreign else ""
    yield Finding(f"port {port}", "taken" if foreign else "ours" if taken else "free", advice)


def _served_ports(layout: Layout) -> Iterator[Finding]:
    for each in layout.instances:
        if each.agent_class in _USUAL_PORTS:
            port = int(address(each, _USUAL_PORTS[each.agent_class])[1])
            if port:
                yield _served_port(layout, each, port)


def _served_port(layout: Layout, agent: AgentInstance, port: int) -> Finding:
    process = living_process(layout, agent.instance_id)
    with_port = () if process is None else process.net_connections("tcp")
    ours = any(each.laddr.port == port and each.status == psutil.CONN_LISTEN for each in with_port)
    foreign = not ours and not is_free(port)
    advice = f"another program listens there, so {agent.instance_id} waits: stop it, or change `port`"
    found = "taken" if foreign else "ours" if ours else "free"
    return Finding(f"port {port}", found, advice if foreign else "")


def _directories(layout: Layout) -> Iterator[Finding]:
    for what, path in (("logs", layout.host.log_dir), ("home", layout.site.home)):
        nearest = _nearest(path)
        advice = f"this user cannot write it: chown or chmod {nearest}"
        yield Finding(f"{what} directory", str(path), "" if os.access(nearest, os.W_OK) else advice)


def _disk(layout: Layout) -> Iterator[Finding]:
    free = shutil.disk_usage(_nearest(layout.site.home)).free
    advice = "less than 500 MB: housekeeping will soon stop being archived"
    yield Finding("disk", f"{free / 1e9:.1f} GB free", advice if free < _LEAST_FREE_BYTES else "")


def _open_files(_: Layout) -> Iterator[Finding]:
    import resource

    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    advice = f"raise it with `ulimit -n {_LEAST_OPEN_FILES}`" if 0 <= soft < _LEAST_OPEN_FILES else ""
    yield Finding("open files", f"at most {soft}", advice)


def _pid_files(layout: Layout) -> Iterator[Finding]:
    left = sorted(layout.run_dir.glob("*.json"))
    dead = [path.stem for path in left if living_process(layout, path.stem) is None]
    advice = f"{', '.join(dead)} left pid files but no process; `obsbow down` removes them" if dead else ""
    yield Finding("agents", f"{len(left) - len(dead)} running", advice)


_CHECKS: tuple[Callable[[Layout], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _site_file,
    _crossbar,
    _router,
    _port,
    _served_ports,
    _directories,
    _disk,
    _open_files,
    _pid_files,
)


def _nearest(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())
