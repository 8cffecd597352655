"""Reading the site file again while everything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ocs_sim import site as sites
from ocs_sim.clock import Clock
from ocs_sim.errors import ObservatoryError
from ocs_sim.site import Host, Site
from ocs_sim.supervise._roster import Child, ClassLookup, plan_children


@dataclass(frozen=True)
class ParseStatus:
    """How the last look at the site file went; `time` is unix seconds."""

    ok: bool
    time: float
    text: str


class SiteReader:
    """The children of one host, as its site file has them now.

    A file that cannot be read or has faults changes nothing: `children` stay as they were, and `status`
    says what is wrong, with the lines.
    """

    def __init__(
        self, site: Site, host: Host, lookup: ClassLookup, own: str, marker: Mapping[str, str], clock: Clock
    ) -> None:
        self._site_file = site.path
        self._host_name = host.name
        self._lookup = lookup
        self._own = own
        self._marker = marker
        self._clock = clock
        self.status = ParseStatus(ok=True, time=clock.time(), text="as it was when HostMaster started")
        self.children = self._plan(site, host)

    def reload(self) -> bool:
        """Read the file; return whether it could be used."""
        try:
            site = sites.load(self._site_file)
            self.children = self._plan(site, site.host(self._host_name))
        except (ObservatoryError, OSError) as fault:
            self.status = ParseStatus(ok=False, time=self._clock.time(), text=str(fault))
            return False
        self.status = ParseStatus(ok=True, time=self._clock.time(), text="Loaded.")
        return True

    def _plan(self, site: Site, host: Host) -> list[Child]:
        return plan_children(site, host, self._lookup, own=self._own, marker=self._marker)
