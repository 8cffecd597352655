"""What agents a site has: the templates that come with the package, and files of the user's."""

from __future__ import annotations

from collections.abc import Mapping as Environ
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import yaml

from ocs_sim.site._convert import Converter
from ocs_sim.site._faults import Faults, Place, Severity, nearest
from ocs_sim.site._paths import resolve
from ocs_sim.site._sections import Read
from ocs_sim.site._site_keys import TEMPLATE
from ocs_sim.site._tree import Mapping
from ocs_sim.site._yaml import read_nodes

BUILT_IN = ("simulated", "small")
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Template:
    """Agents by their names in the template, with the values of one site filled in."""

    devices: dict[str, Mapping]
    agents: dict[str, Mapping]
    environment: Mapping | None = None

    def all(self) -> dict[str, Mapping]:
        """Return both, those that every site has first."""
        return {**self.agents, **self.devices}


@dataclass(slots=True)
class Templates:
    """Reads each template once, and fills it in for one site after the other."""

    folder: Path
    faults: Faults
    _nodes: dict[Path, yaml.Node] = field(default_factory=dict)

    def look(self, name: str, variables: Environ[str, str]) -> Template | None:
        """Return what of a template can be read, without a word on the rest."""
        path = self._find(name)
        return None if path is None else self._read(path, variables, Faults(path))

    def fill_in(self, name: str, variables: Environ[str, str], place: Place) -> Template | None:
        """Return the template of a site; None after noting at `place` what keeps it from being used."""
        path = self._find(name)
        if path is None:
            known = ", ".join(BUILT_IN)
            message = f"There is no template {name!r}: write one of {known}, or the path of a .yaml file."
            self.faults.error(place, message, nearest(name, BUILT_IN))
            return None
        found = Faults(path)
        template = self._read(path, variables, found)
        for fault in found.listed():
            note = self.faults.error if fault.severity is Severity.ERROR else self.faults.tolerated
            note(place, f"Template {name!r}, line {fault.line}: {fault.message}", fault.suggestion)
        return None if found.serious else template

    def _find(self, name: str) -> Path | None:
        if name in BUILT_IN:
            return Path(str(files("ocs_sim.site") / "templates" / f"{name}.yaml"))
        return resolve(name, self.folder) if name.endswith(_ENDINGS) else None

    def _read(self, path: Path, variables: Environ[str, str], found: Faults) -> Template | None:
        node = self._nodes.get(path) or read_nodes(path, found)
        if node is None:
            return None
        self._nodes[path] = node
        read = TEMPLATE.read(Converter(found, variables).convert(node), "The template", found)
        if not isinstance(read, Read):
            return None
        return Template(read.get("devices", {}), read.get("agents", {}), read.get("env"))
