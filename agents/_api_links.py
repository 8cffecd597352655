"""Whether the links that are given out lead to where files are served."""

from __future__ import annotations

from urllib.parse import urlsplit

from ocs_sim.ranch import RanchServer
from ocs_sim.stores import StoreAddresses

_HERE = ("127.0.0.1", "localhost", "::1")


def fault_of_links(stores: StoreAddresses, server: RanchServer) -> str | None:
    """Return what is wrong with `link-base`, if its links lead to this computer, but not to this server.

    An address elsewhere may be that of a proxy, and files in S3 are not served here.
    """
    base = urlsplit(stores.link_base)
    if stores.objects or base.hostname not in _HERE:
        return None
    leads_here = (base.scheme, base.port or 80, base.path.rstrip("/")) == ("http", server.port, "/objects")
    if leads_here:
        return None
    return f"links to files begin with {stores.link_base}, but files are served at {server.address}/objects"
