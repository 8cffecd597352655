"""From the sites of a site file to the agents of each."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from collections.abc import Mapping as Environ
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.site._faults import Faults, Place, nearest
from ocs_sim.site._keys import INSTANCE
from ocs_sim.site._kinds import Invalid
from ocs_sim.site._paths import home_of
from ocs_sim.site._sections import Read
from ocs_sim.site._site_keys import Wish
from ocs_sim.site._templates import Template, Templates
from ocs_sim.site._tree import Entry, Mapping, Scalar, Sequence, Tree, is_null

DEFAULT_ALPACA_PORT = 11200
_LONGEST_IMAGE_CODE = 6
_SHORTEST_IMAGE_CODE = 3


@dataclass(frozen=True, slots=True)
class Entered:
    """One site as it was entered: its code, where that is, and what the file says of it."""

    code: str
    place: Place
    read: Read
    number: int


def entered(root: Read) -> Iterator[Entered]:
    """Yield the sites of `sites:`, in the order of the file."""
    tree = root.trees.get("sites")
    places = {key: entry.place for key, entry in tree.entries.items()} if isinstance(tree, Mapping) else {}
    for number, (key, read) in enumerate(root.get("sites", {}).items()):
        yield Entered(read.get("code", key), places.get(key, read.place), read, number)


def expand(root: Read, path: Path, environ: Environ[str, str], faults: Faults) -> None:
    """Add the agents of each site to its host, with the place of the site in the file as theirs."""
    templates = Templates(path.parent, faults)
    for site in entered(root):
        host = _host(root, site, faults)
        variables = {**environ, **_variables(root, site, path)}
        name = site.read.get("template", "simulated")
        roles = templates.look(name, variables)
        chosen = _choose(roles, site, faults) if roles else {}
        # `${mount:-}` is the name of the site's mount, or nothing where there is none.
        names = {role.replace("-", "_"): f"{site.code}-{role}" for role in chosen}
        place = site.read.trees["template"].place if "template" in site.read.trees else site.place
        filled = templates.fill_in(name, {**variables, **names}, place)
        if filled is not None and host is not None:
            agents = _Agents(site, filled, chosen, faults).read()
            host.values["agent-instances"] = (*host.get("agent-instances", ()), *agents)


def image_code(code: str) -> str:
    """Return what stands for a site in names of images: three to six letters, digits and `_`."""
    return re.sub(r"[^A-Za-z0-9_]", "", code)[:_LONGEST_IMAGE_CODE].ljust(_SHORTEST_IMAGE_CODE, "_")


def alpaca_port(root: Read, site: Entered) -> int:
    """Return the port of a site's devices."""
    return int(site.read.get("alpaca-port") or root.get("alpaca-ports", DEFAULT_ALPACA_PORT) + site.number)


def _host(root: Read, site: Entered, faults: Faults) -> Read | None:
    hosts: dict[str, Read] = root.get("hosts", {})
    wanted = site.read.get("host")
    if wanted is not None and wanted not in hosts:
        place = site.read.at("host")
        faults.error(place, f"There is no host {wanted!r} in this file.", nearest(wanted, hosts))
        return None
    if not hosts:
        faults.error(site.place, f"There is no host to run {site.code!r} on: add one to hosts.")
        return None
    with_router = (name for name, host in hosts.items() if "crossbar" in host.values)
    return hosts[wanted or next(with_router, next(iter(hosts)))]


def _variables(root: Read, site: Entered, path: Path) -> dict[str, str]:
    read, home = site.read, home_of(path)
    data = home / "data" / site.code
    return {
        "code": site.code,
        "image_code": image_code(site.code),
        "name": read.get("name", site.code),
        "alias": read.get("alias", site.code),
        "country": read.get("country", ""),
        "timezone": read.get("tz", "UTC"),
        "latitude": str(read.get("lat", "")),
        "longitude": str(read.get("lng", "")),
        "elevation": str(read.get("elevation", 0)),
        "seed": str(read.get("seed", zlib.crc32(site.code.encode()) % 2**31)),
        "alpaca_host": read.get("alpaca-host", "127.0.0.1"),
        "alpaca_port": str(alpaca_port(root, site)),
        "metrics_port": str(read.get("metrics-port", 0)),
        "home": str(home),
        "data_dir": str(data),
        "images_dir": str(data / "images"),
        "archive_dir": str(data / "hk"),
        **read.get("variables", {}),
    }


def _choose(roles: Template, site: Entered, faults: Faults) -> dict[str, list[Tree]]:
    """Return the names of the agents that there are, each with what the site says of its arguments."""
    devices: dict[str, Wish] | None = site.read.get("devices")
    agents: dict[str, Wish] = site.read.get("agents", {})
    for wishes, known in ((devices or {}, roles.devices), (agents, roles.all())):
        for name, wish in wishes.items():
            if name not in known:
                message = f"The template of {site.code!r} has no {name!r}. It has {', '.join(known)}."
                faults.error(wish.place, message, nearest(name, known))
    chosen: dict[str, list[Tree]] = {}
    for name in roles.all():
        of_device = _of_device(name, roles, devices)
        wish = agents.get(name, Wish(site.place))
        if of_device.is_wanted and wish.is_wanted:
            chosen[name] = [each.arguments for each in (of_device, wish) if each.arguments is not None]
    return chosen


def _of_device(name: str, roles: Template, devices: dict[str, Wish] | None) -> Wish:
    everyone = Wish(Place(1, 1))
    if devices is None or name not in roles.devices:
        return everyone
    return devices.get(name, Wish(everyone.place, is_wanted=False))


@dataclass(frozen=True, slots=True)
class _Agents:
    site: Entered
    template: Template
    chosen: dict[str, list[Tree]]
    faults: Faults

    def read(self) -> list[Read]:
        """Return the agents of the site, as the reader of `agent-instances` would."""
        agents = []
        for role, wishes in self.chosen.items():
            tree = self._tree(role, wishes)
            read = INSTANCE.read(tree, f"agent {role!r} of {self.site.code!r}", self.faults)
            if not isinstance(read, Invalid):
                agents.append(read)
        return agents

    def _tree(self, role: str, wishes: list[Tree]) -> Mapping:
        place = self.site.place
        own = _moved(self.template.all()[role], place)
        entries = dict(own.entries) if isinstance(own, Mapping) else {}
        written = entries.pop("process-group", None)
        entries["instance-id"] = _text(f"{self.site.code}-{role}", place)
        entries["site"] = _text(self.site.code, place)
        if group := self._group(written):
            entries["process-group"] = _text(group, place)
        if self.template.environment is not None:
            entries.setdefault("env", Entry(place, _moved(self.template.environment, place)))
        if needs := entries.get("depends-on"):
            entries["depends-on"] = Entry(place, self._needs(needs.value))
        for wish in wishes:
            entries["arguments"] = _over(entries.get("arguments"), wish)
        return Mapping(place, entries)

    def _group(self, written: Entry | None) -> str | None:
        read = self.site.read
        if read.get("processes") == "separate":
            return None
        group = read.get("process-group", self.site.code)
        apart = written.value if written else None
        return f"{group}-{apart.text}" if isinstance(apart, Scalar) and apart.text else group

    def _needs(self, tree: Tree) -> Tree:
        """Return whom an agent waits for: those of the site by their full names, without who is not there."""
        if isinstance(tree, Sequence):
            kept = [self._needs(item) for item in tree.items if not self._is_absent(item)]
            return Sequence(tree.place, tuple(kept))
        if isinstance(tree, Scalar) and tree.text in self.chosen:
            name = f"{self.site.code}-{tree.text}"
            return Scalar(tree.place, name, name)
        return Scalar(tree.place, None, "") if self._is_absent(tree) else tree

    def _is_absent(self, tree: Tree) -> bool:
        return is_null(tree) or (
            isinstance(tree, Scalar) and tree.text in self.template.all().keys() - self.chosen
        )


def _over(template: Entry | None, wish: Tree) -> Entry:
    """Return a site's arguments over those of the template: option by option where both are mappings."""
    if template is not None and isinstance(template.value, Mapping) and isinstance(wish, Mapping):
        return Entry(wish.place, Mapping(template.value.place, {**template.value.entries, **wish.entries}))
    return Entry(wish.place, wish)


def _moved(tree: Tree, place: Place) -> Tree:
    """Return a part of a template as if it stood at one place of the site file."""
    if isinstance(tree, Scalar):
        return Scalar(place, tree.value, tree.text, tree.filled_in, tree.broken)
    if isinstance(tree, Sequence):
        return Sequence(place, tuple(_moved(item, place) for item in tree.items))
    return Mapping(
        place, {key: Entry(place, _moved(entry.value, place)) for key, entry in tree.entries.items()}
    )


def _text(text: str, place: Place) -> Entry:
    return Entry(place, Scalar(place, text, text))
