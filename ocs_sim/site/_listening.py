"""Which agents of a host listen at which port, and whether two would at the same."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ocs_sim.site._arguments import place_of
from ocs_sim.site._faults import Faults, Place
from ocs_sim.site._sections import Read

_LAST_PORT = 65535
# The option with the port of each class that listens.
_PORT_OPTIONS = {
    "WorldAgent": "--port",
    "World": "--port",
    "ApiAgent": "--port",
    "Api": "--port",
    "AggregatorAgent": "--metrics-port",
    "Aggregator": "--metrics-port",
}


def check_ports(root: Read, faults: Faults) -> None:
    """Note ports that two agents of a host, or one and the router, would listen at."""
    for host in root.get("hosts", {}).values():
        taken: dict[int, tuple[str, Place]] = {}
        for port, who, place in [*_of_router(root, host), *_of_agents(host)]:
            other, there = taken.setdefault(port, (who, place))
            if port > _LAST_PORT:
                faults.error(place, f"{who} would have port {port}: give a lower alpaca-ports.")
            elif other != who:
                faults.error(
                    place, f"{who} would have port {port}, as {other}, line {there.line}: change one."
                )


def _of_router(root: Read, host: Read) -> Iterator[tuple[int, str, Place]]:
    crossbar, hub = host.get("crossbar"), root.get("hub")
    if crossbar is None or hub is None or "wamp_server" not in hub.values:
        return
    port = urlsplit(hub.get("wamp_server")).port
    if port:
        yield port, "the router", hub.at("wamp_server")
    if crossbar.get("tcp-port"):
        yield crossbar.get("tcp-port"), "the router", crossbar.at("tcp-port")


def _of_agents(host: Read) -> Iterator[tuple[int, str, Place]]:
    for agent in host.get("agent-instances", ()):
        option = _PORT_OPTIONS.get(agent.get("agent-class"))
        words = agent.get("arguments", ())
        if option and option in words[:-1] and agent.get("instance-id"):
            port = words[words.index(option) + 1]
            place = place_of(option, agent.trees["arguments"]) or agent.at("arguments")
            if port.isdecimal() and int(port):
                yield int(port), f"{agent.get('instance-id')!r}", place
