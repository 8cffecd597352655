"""Many sites on one computer: twenty simulated observatories of five agents each, and what they cost.

Beside the usual, a process for each site: five sites to a process, as `process-group` allows.
"""

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench._site_idle import cpu_percents
from bench._tools import row, seconds
from ocs_sim.bus import HttpCaller
from ocs_sim.testing import free_port
from tests.observatory import Observatory, free_ports

SITES = 20
IDLE_SECONDS = 10.0 if os.environ.get("BENCH_QUICK") else 30.0
_SETTLE_SECONDS = 5.0
_HEAD = """\
hub:
  wamp_server: ws://127.0.0.1:{port}/ws
  wamp_realm: observatory_realm
  address_root: observatory
hosts:
  localhost:
    crossbar: {{}}
    agent-instances:
      - {{instance-id: master, agent-class: HostMaster}}
      - {{instance-id: registry, agent-class: RegistryAgent}}
      - instance-id: aggregator
        agent-class: AggregatorAgent
        arguments: {{initial-state: record, data-dir: data/hk}}
alpaca-ports: {alpaca}
sites:
"""
_SITE = "  s{number:02d}: {{lat: {latitude}, lng: {longitude}, template: small{group}}}\n"

Figures = dict[str, float]


def measure() -> dict[str, Figures]:
    results = {}
    for name, together in (("a process for each site", 1), ("five sites to a process", 5)):
        with sites(together) as observatory:
            results[name] = _measure(observatory)
        row(f"{SITES} sites of 5 agents, {name}", width=56, **results[name])
    return results


@contextmanager
def sites(together: int) -> Iterator[Observatory]:
    """Lay out the sites, so many to a process; take them down at the end."""
    with tempfile.TemporaryDirectory() as name:
        observatory = Observatory(Path(name), free_port())
        observatory.site_file.parent.mkdir()
        observatory.site_file.write_text(_site_file(observatory, together))
        try:
            yield observatory
        finally:
            observatory.obsbow("down", timeout=300)


def _site_file(observatory: Observatory, together: int) -> str:
    head = _HEAD.format(port=observatory.port, alpaca=free_ports(SITES))
    return head + "".join(
        _SITE.format(
            number=number,
            latitude=-60 + 6 * number,
            longitude=-171 + 18 * number,
            group=f", process-group: g{number // together}" if together > 1 else "",
        )
        for number in range(SITES)
    )


def _measure(observatory: Observatory) -> Figures:
    up = seconds(lambda: observatory.well("up", "--timeout", "300", timeout=320))
    time.sleep(_SETTLE_SECONDS)
    processes = {str(each.pid): each for each in observatory.processes()}
    idle = _memory(processes.values())
    percents = cpu_percents(processes, IDLE_SECONDS)
    status = seconds(lambda: observatory.well("status"))
    images = seconds(lambda: _take_images(observatory))
    used = _memory(processes.values())
    return {
        "up_s": round(up, 1),
        "status_s": round(status, 2),
        "processes": len(processes),
        "idle_pss_mb": idle["pss"],
        "idle_rss_mb": idle["rss"],
        "idle_cpu_percent_of_a_core": round(sum(percents.values()), 1),
        "images_s": round(images, 1),
        "then_pss_mb": used["pss"],
        "then_rss_mb": used["rss"],
        "down_s": round(seconds(lambda: observatory.well("down", timeout=300)), 1),
    }


def _memory(processes: Iterable[psutil.Process]) -> dict[str, int]:
    """Return the megabytes of all; PSS shares out the pages that several processes map, RSS counts each."""
    infos = [each.memory_full_info() for each in processes]
    return {unit: round(sum(getattr(each, unit) for each in infos) / 1e6) for unit in ("rss", "pss")}


def _take_images(observatory: Observatory) -> None:
    """Take an image at every site, all at once: then each has rendered, measured and stored one."""
    cameras = [f"observatory.s{number:02d}-camera.ops" for number in range(SITES)]
    with HttpCaller(observatory.http, timeout_seconds=120) as caller:
        for camera in cameras:
            _well(caller.call(camera, "start", "expose", {"seconds": 1.0}))
        for camera in cameras:
            _well(caller.call(camera, "wait", "expose", {}))


def _well(answer: list[Any]) -> None:
    code, message, session = answer
    if code != 0 or session.get("success") is False:
        raise RuntimeError(f"{message}: {session}")
