"""Where the router listens, derived from where the site file says that it is reached."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from ocs_sim.launch._router_errors import BadRouterAddress
from ocs_sim.site import Hub

LOOPBACK = "127.0.0.1"
ANY = "0.0.0.0"  # noqa: S104 -- only for a hub that is reached under another name than localhost
_PATH = re.compile(r"[a-zA-Z0-9_\-]+|/")


@dataclass(frozen=True, slots=True)
class RouterAddress:
    """The interface and port that the router binds, and the web paths on it."""

    interface: str
    port: int
    websocket_path: str
    call_path: str

    @property
    def probe_host(self) -> str:
        """The address at which this machine itself reaches the router."""
        return LOOPBACK if self.interface == ANY else self.interface

    @property
    def ip_version(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.interface else 4


def router_address(hub: Hub, reached_as: Iterable[str] = ()) -> RouterAddress:
    """Derive what the router binds from the hub's URLs.

    It binds the loopback interface when every URL names this machine alone, the given address when they name
    one address, and all interfaces otherwise.

    Args:
        hub: the hub as the router's own host sees it.
        reached_as: the `wamp_server` of the other hosts of the site.

    Raises:
        BadRouterAddress: for a URL that no router can serve.
    """
    server = _split("wamp_server", hub.wamp_server, "ws")
    interfaces = {_interface(urlsplit(url).hostname or "") for url in (hub.wamp_server, *reached_as)}
    elsewhere = interfaces - {LOOPBACK, "::1"}
    interface = _interface(server.hostname or "") if not elsewhere else ANY
    if len(interfaces) == 1:
        interface = interfaces.pop()
    websocket_path = _path("wamp_server", hub.wamp_server, server)
    http = urlsplit(hub.wamp_http)
    call_path = _path("wamp_http", hub.wamp_http, http) if http.port == server.port else "call"
    if call_path == websocket_path:
        reason = f"it has the same path as wamp_server ({hub.wamp_server})"
        raise BadRouterAddress(key="wamp_http", value=hub.wamp_http, reason=reason)
    return RouterAddress(interface, server.port or 80, websocket_path, call_path)


def _split(key: str, url: str, scheme: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise BadRouterAddress(key=key, value=url, reason=str(error)) from None
    if parts.scheme != scheme:
        reason = f"the router itself speaks {scheme}://; for TLS put a proxy in front of it"
        raise BadRouterAddress(key=key, value=url, reason=reason)
    if not parts.hostname or port == 0:
        raise BadRouterAddress(
            key=key, value=url, reason="it needs a host and a port, as in ws://127.0.0.1:8001/ws"
        )
    return parts


def _path(key: str, url: str, parts: SplitResult) -> str:
    path = parts.path.strip("/") or "/"
    if not _PATH.fullmatch(path):
        reason = "its path may be one word of letters, digits, _ and -, as in /ws"
        raise BadRouterAddress(key=key, value=url, reason=reason)
    return path


def _interface(host: str) -> str:
    if host.lower() == "localhost":
        return LOOPBACK
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        # A name may stand for an address that changes, or for 127.0.1.1 in /etc/hosts.
        return ANY
