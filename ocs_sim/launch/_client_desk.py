"""Where somebody sits who commands sites from afar: which sites there are, and which is being talked to."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.clock import Clock
from ocs_sim.remote import NoSites, Remote, UnknownSite

if TYPE_CHECKING:
    from ocs_sim.site import Site
    from ocs_sim.stores import Stores


class Desk:
    """The sites of a site file; `remote` is the chosen one."""

    def __init__(self, codes: Sequence[str], stores: Stores, clock: Clock, chosen: str | None = None) -> None:
        """Raises UnknownSite."""
        self.codes = list(codes)
        self.clock = clock
        self._stores = stores
        self.remote = self._remote(self.codes[0] if chosen is None else chosen)

    def choose(self, code: str) -> None:
        """Talk to another site. Raises UnknownSite."""
        self.remote = self._remote(code)

    @property
    def has_embedded_objects(self) -> bool:
        """Whether links lead to a server of the observatory's own, which may not be running."""
        return not self._stores.addresses.objects

    def _remote(self, code: str) -> Remote:
        for known in self.codes:
            if known.lower() == code.lower():
                return Remote(known, self._stores, self.clock, sender())
        raise UnknownSite(name=code, known=self.codes)


def sender() -> str:
    """Return who sits here, as far as the system knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def site_codes(site: Site, path: Path) -> list[str]:
    """Return the codes of a site file's observatories. Raises NoSites."""
    if not site.observatories:
        raise NoSites(path=path)
    return list(site.observatories)
