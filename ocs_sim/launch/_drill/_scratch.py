"""A site in a directory of its own, which is up for one drill and then gone."""

from __future__ import annotations

import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from ocs_sim.launch._crossbar import Router
from ocs_sim.launch._drill._desk import Desk
from ocs_sim.launch._drill._interrupts import held_back
from ocs_sim.launch._layout import Layout, open_layout
from ocs_sim.launch._observatory import router_of, start, stop
from ocs_sim.launch._running import living_process
from ocs_sim.launch._say import nothing

AGGREGATOR = "aggregator"
_ADDRESS_ROOT = "drill"
_UP_SECONDS = 90.0
# Below the range from which the kernel picks ports for outgoing connections.
_PORTS = range(20_000, 32_000)


@dataclass(frozen=True)
class Plan:
    """What a scratch site consists of; `seconds_per_file` is how soon the Aggregator begins a new file."""

    sources: int = 1
    spill_megabytes: int = 0
    seconds_per_file: float = 3600.0


@dataclass(frozen=True)
class Scratch:
    """A scratch site; `sources` are the instance-ids of the agents that publish."""

    layout: Layout
    router: Router
    desk: Desk
    sources: tuple[str, ...]

    @property
    def directory(self) -> Path:
        """Where everything of it is."""
        return self.layout.site.home

    @property
    def archive(self) -> Path:
        """Where its housekeeping archive is."""
        return self.directory / "data" / "hk"

    @property
    def agents(self) -> tuple[str, ...]:
        """Everybody on the bus, the HostMaster included."""
        return tuple(each.instance_id for each in self.layout.instances)

    def process(self, name: str) -> psutil.Process | None:
        """Return an agent's process, None while it has none."""
        return living_process(self.layout, name)


@contextmanager
def scratch_site(plan: Plan, *, keep: bool) -> Iterator[Scratch]:
    """Lay out a site, bring it up, and in the end leave nothing of it; with `keep` its files stay."""
    directory = Path(tempfile.mkdtemp(prefix="obsbow-drill-"))
    try:
        layout = _lay_out(directory, plan)
        desk = Desk(layout)
        sources = tuple(f"source{number}" for number in range(1, plan.sources + 1))
        try:
            start(layout, [], _UP_SECONDS, nothing)
            yield Scratch(layout, router_of(layout), desk, sources)
        finally:
            with held_back():
                desk.close()
                take_down(layout)
    finally:
        if not keep:
            with held_back():
                shutil.rmtree(directory, ignore_errors=True)


def take_down(layout: Layout) -> None:
    """Stop everything, suspended processes too."""
    for instance in layout.instances:
        process = living_process(layout, instance.instance_id)
        if process is not None:
            with suppress(psutil.Error):
                process.resume()
    stop(layout, [], nothing)


def _lay_out(directory: Path, plan: Plan) -> Layout:
    site_file = directory / "site_config" / "default.yaml"
    site_file.parent.mkdir()
    (directory / "data").mkdir()
    site_file.write_text(yaml.safe_dump(_site(plan, _free_port()), sort_keys=False), encoding="utf-8")
    return open_layout(site_file, "localhost")


def _site(plan: Plan, port: int) -> dict[str, Any]:
    spill = {"spill-mb": plan.spill_megabytes} if plan.spill_megabytes else {}
    recording = {
        "initial-state": "record",
        "data-dir": "../data/hk",
        "time-per-file": plan.seconds_per_file,
    }
    agents = [_agent("master", "HostMaster", {}), _agent(AGGREGATOR, "AggregatorAgent", recording)]
    agents += [_agent(f"source{number}", "FakeDataAgent", spill) for number in range(1, plan.sources + 1)]
    hub = {
        "wamp_server": f"ws://127.0.0.1:{port}/ws",
        "wamp_http": f"http://127.0.0.1:{port}/call",
        "wamp_realm": "drill_realm",
        "address_root": _ADDRESS_ROOT,
    }
    host = {"crossbar": {"config-dir": "../dot_crossbar"}, "log-dir": "../logs", "agent-instances": agents}
    return {"hub": hub, "hosts": {"localhost": host}}


def _agent(name: str, agent_class: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"instance-id": name, "agent-class": agent_class, "arguments": arguments}


def _free_port() -> int:
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port of 127.0.0.1 is free")
