"""From what was read to the site: paths made absolute, defaults filled in, hosts' overrides applied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from ocs_sim.site._expand import Entered, entered
from ocs_sim.site._faults import Fault
from ocs_sim.site._models import (
    AgentInstance,
    CrossbarSettings,
    Host,
    Hub,
    Manage,
    Site,
    SiteIdentity,
)
from ocs_sim.site._paths import resolve
from ocs_sim.site._sections import Read
from ocs_sim.stores import StoreAddresses

_PER_HOST = ("wamp_server", "wamp_http", "wamp_realm")


def build(root: Read, path: Path, warnings: tuple[Fault, ...]) -> Site:
    """Return the site of a root without errors."""
    hub = root.get("hub")
    bare = Site(
        path,
        _hub(hub),
        {},
        _identity(root.get("site")),
        warnings,
        _stores(root.get("stores"), path.parent),
        root.get("job-actions", {}),
        {each.code: _observatory(each) for each in entered(root)},
    )
    hosts = {name: _host(name, _hub(hub, read), read, bare) for name, read in root.get("hosts", {}).items()}
    return replace(bare, hosts=hosts)


def _identity(read: Read | None) -> SiteIdentity | None:
    if read is None:
        return None
    return SiteIdentity(
        code=read.get("code"),
        name=read.get("name", read.get("code")),
        latitude_deg=read.get("latitude"),
        longitude_deg=read.get("longitude"),
        elevation_m=read.get("elevation", 0.0),
        timezone=read.get("timezone", "UTC"),
    )


def _observatory(site: Entered) -> SiteIdentity:
    read = site.read
    return SiteIdentity(
        code=site.code,
        name=read.get("name", site.code),
        latitude_deg=read.get("lat"),
        longitude_deg=read.get("lng"),
        elevation_m=read.get("elevation", 0.0),
        timezone=read.get("tz", "UTC"),
        alias=read.get("alias", ""),
        country=read.get("country", ""),
    )


def _stores(read: Read | None, folder: Path) -> StoreAddresses:
    default = StoreAddresses(Path("data/stores"))
    if read is None:
        return default
    directory = read.get("directory")
    return StoreAddresses(
        directory=default.directory if directory is None else resolve(directory, folder),
        queue=read.get("queue", ""),
        documents=read.get("documents", ""),
        objects=read.get("objects", ""),
        images=read.get("images", ""),
        link_base=read.get("link-base", default.link_base),
    )


def _hub(hub: Read, host: Read | None = None) -> Hub:
    overrides = {key: host.get(key) for key in _PER_HOST if key in host.values} if host else {}
    values = {**hub.values, **overrides}
    server = values["wamp_server"]
    return Hub(
        wamp_server=server,
        wamp_http=values.get("wamp_http") or _http_of(server),
        wamp_realm=values["wamp_realm"],
        address_root=values["address_root"],
        access_policy=values.get("access_policy") or "none",
    )


def _http_of(server: str) -> str:
    url = urlsplit(server)
    return f"{'https' if url.scheme == 'wss' else 'http'}://{url.netloc}/call"


def _host(name: str, hub: Hub, read: Read, site: Site) -> Host:
    environment = read.get("env", {})
    log_dir = read.get("log-dir")
    return Host(
        name=name,
        hub=hub,
        log_dir=site.home / "logs" if log_dir is None else resolve(log_dir, site.path.parent),
        crossbar=_crossbar(read.get("crossbar"), site),
        crossbar_timeout_seconds=read.get("crossbar_timeout", 10.0),
        instances=tuple(_instance(agent, environment, site) for agent in read.get("agent-instances", ())),
        agent_paths=tuple(resolve(each.text, site.path.parent) for each in read.get("agent-paths", ())),
        environment=environment,
    )


def _crossbar(read: Read | None, site: Site) -> CrossbarSettings | None:
    if read is None:
        return None
    folder, program = read.get("config-dir"), read.get("bin")
    # A bare word is a command on PATH.
    in_folder = program is not None and ("/" in program or program.startswith("~"))
    return CrossbarSettings(
        config_dir=site.home / "dot_crossbar" if folder is None else resolve(folder, site.path.parent),
        bin=resolve(program, site.path.parent) if in_folder else Path(program) if program else None,
        tcp_port=read.get("tcp-port"),
    )


def _instance(read: Read, environment: dict[str, str], site: Site) -> AgentInstance:
    named = read.get("site")
    own = site.identity.code if site.identity else ""
    return AgentInstance(
        instance_id=read.get("instance-id"),
        agent_class=read.get("agent-class"),
        manage=read.get("manage", Manage.HOST_UP),
        arguments=read.get("arguments", ()),
        depends_on=tuple(need.text for need in read.get("depends-on", ())),
        process_group=read.get("process-group"),
        environment={**environment, **read.get("env", {})},
        line=read.place.line,
        site_code=named.text if named else own,
    )
