"""What a site file says, once it is understood."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ocs_sim.site._errors import NoSuchHost, NoSuchInstance, SeveralInstances
from ocs_sim.site._faults import Fault, nearest
from ocs_sim.site._paths import home_of, resolve
from ocs_sim.stores import StoreAddresses

_LONGEST_SOCKET_PATH_BYTES = 100


class Manage(Enum):
    """What HostMaster does with an agent when it starts: nothing, or bring it up or down."""

    IGNORE = "ignore"
    HOST_UP = "host/up"
    HOST_DOWN = "host/down"
    DOCKER_UP = "docker/up"
    DOCKER_DOWN = "docker/down"


@dataclass(frozen=True, slots=True)
class Hub:
    """Where the router is, and what the addresses on it begin with."""

    wamp_server: str
    wamp_http: str
    wamp_realm: str
    address_root: str
    access_policy: str = "none"

    @property
    def server_host(self) -> str:
        """The host's name or address in `wamp_server`."""
        return urlsplit(self.wamp_server).hostname or ""

    @property
    def server_port(self) -> int:
        """The port in `wamp_server`, or the scheme's own."""
        url = urlsplit(self.wamp_server)
        return url.port or (443 if url.scheme == "wss" else 80)


@dataclass(frozen=True, slots=True)
class CrossbarSettings:
    """How the router of a host is run; `bin` without a slash is a command to look up on PATH."""

    config_dir: Path
    bin: Path | None = None
    tcp_port: int | None = None

    @property
    def socket_path(self) -> Path:
        """The router's unix socket: in `config_dir`, unless the system would refuse so long a path."""
        path = self.config_dir / "router.sock"
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH_BYTES:
            return path
        import hashlib

        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        return Path(f"/tmp/obsbow-{os.getuid()}-{digest}.sock")  # noqa: S108 -- the name holds the user and the path


@dataclass(frozen=True, slots=True)
class AgentInstance:
    """One agent of a host: `arguments` are the words of its command line, `line` is where the file has it.

    `site_code` is that of the observatory which it belongs to; empty if the file names none.
    """

    instance_id: str
    agent_class: str
    manage: Manage = Manage.HOST_UP
    arguments: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    process_group: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    line: int = 1
    site_code: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """One computer (or a name that stands for one) and the agents that run on it.

    `hub` has the host's own overrides; `environment` is added to that of every agent of the host.
    """

    name: str
    hub: Hub
    log_dir: Path
    crossbar: CrossbarSettings | None = None
    crossbar_timeout_seconds: float = 10.0
    instances: tuple[AgentInstance, ...] = ()
    agent_paths: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SiteIdentity:
    """Which observatory this is, and where on Earth (longitude positive to the east)."""

    code: str
    name: str
    latitude_deg: float
    longitude_deg: float
    elevation_m: float = 0.0
    timezone: str = "UTC"
    alias: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A whole site file; `warnings` are what `obsbow check` would have said of it.

    `identity` is the observatory of `site:`, or, seen from an agent, the one that the agent belongs to;
    `observatories` are all that the file names, by their codes. `job_actions` maps `device/action` to what
    the file says of it. A relative directory of `stores` is made one below `home`.
    """

    path: Path
    hub: Hub
    hosts: Mapping[str, Host]
    identity: SiteIdentity | None = None
    warnings: tuple[Fault, ...] = field(default=(), compare=False, repr=False)
    stores: StoreAddresses = field(default_factory=lambda: StoreAddresses(Path("data/stores")))
    job_actions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    observatories: Mapping[str, SiteIdentity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A frozen dataclass has no other way to finish itself.
        stores = replace(self.stores, directory=resolve(self.stores.directory, self.home))
        object.__setattr__(self, "stores", stores)
        if self.identity and self.identity.code not in self.observatories:
            known = {self.identity.code: self.identity, **self.observatories}
            object.__setattr__(self, "observatories", known)

    @property
    def home(self) -> Path:
        """The directory of the observatory, which holds logs/, data/ and dot_crossbar/."""
        return home_of(self.path)

    def seen_from(self, instance: AgentInstance) -> Site:
        """Return the same with the observatory of an agent as `identity`."""
        return replace(self, identity=self.observatories.get(instance.site_code, self.identity))

    def host(self, name: str | None = None) -> Host:
        """Return the host called `name`, else the one called as this computer, else `localhost`.

        Raises:
            NoSuchHost: when there is none. A name that is given must be in the file: falling back to
                `localhost` would quietly run another host's agents.
        """
        for candidate in (name,) if name is not None else (os.uname().nodename, "localhost"):
            if candidate in self.hosts:
                return self.hosts[candidate]
        wanted = name if name is not None else os.uname().nodename
        raise NoSuchHost(path=self.path, name=wanted, hint=_hint(wanted, list(self.hosts), "--site-host"))

    def instance(self, host: Host, instance_id: str) -> AgentInstance:
        """Return an agent of a host.

        Raises:
            NoSuchInstance: when the host has no such agent; it names the host that has, or the nearest name.
        """
        for instance in host.instances:
            if instance.instance_id == instance_id:
                return instance
        elsewhere = [other.name for other in self.hosts.values() if _has(other, instance_id)]
        if elsewhere:
            hint = f"it belongs to host {elsewhere[0]!r}; give --site-host {elsewhere[0]}."
        else:
            hint = _hint(instance_id, [known.instance_id for known in host.instances], "--instance-id")
        raise NoSuchInstance(path=self.path, what=f"agent {instance_id!r}", host=host.name, hint=hint)

    def instance_of_class(self, host: Host, agent_class: str) -> AgentInstance:
        """Return the only agent of a class on a host.

        Raises:
            NoSuchInstance: when there is none.
            SeveralInstances: when there is more than one.
        """
        found = [instance for instance in host.instances if instance.agent_class == agent_class]
        if len(found) > 1:
            ids = ", ".join(instance.instance_id for instance in found)
            raise SeveralInstances(path=self.path, agent_class=agent_class, host=host.name, ids=ids)
        if not found:
            hint = _hint(agent_class, [known.agent_class for known in host.instances], "--agent-class")
            what = f"agent of class {agent_class!r}"
            raise NoSuchInstance(path=self.path, what=what, host=host.name, hint=hint)
        return found[0]


def _has(host: Host, instance_id: str) -> bool:
    return any(instance.instance_id == instance_id for instance in host.instances)


def _hint(wanted: str, known: list[str], option: str) -> str:
    if not known:
        return "it lists none."
    near = nearest(wanted, known)
    guess = f"did you mean {near!r}? " if near else ""
    return f"{guess}It has {', '.join(dict.fromkeys(known))}; choose one with {option}."
