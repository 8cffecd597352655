"""Where a client's router is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.bus import Endpoint, endpoints
from ocs_sim.site import CrossbarSettings, Hub, NoSuchHost, Site, find_site_file, load


@dataclass(frozen=True, slots=True)
class Where:
    """A router and the first word of the addresses on it."""

    endpoints: tuple[Endpoint, ...]
    realm: str
    address_root: str


def locate(
    site_file: str | Path | None = None, site_host: str | None = None, address_root: str | None = None
) -> Where:
    """Find the site file and return what it says of the router.

    Raises what `ocs_sim.site` raises for a file that is missing or faulty.
    """
    given = Path(site_file) if site_file is not None else None
    site = load(find_site_file(given, environ=os.environ, cwd=Path.cwd()))
    hub, crossbar = _hub(site, site_host)
    return Where(endpoints(hub, crossbar), hub.wamp_realm, address_root or hub.address_root)


def _hub(site: Site, site_host: str | None) -> tuple[Hub, CrossbarSettings | None]:
    try:
        host = site.host(site_host)
    except NoSuchHost:
        if site_host is not None:
            raise
        # A client may well run on a computer that the site file does not list.
        return site.hub, None
    return host.hub, host.crossbar
