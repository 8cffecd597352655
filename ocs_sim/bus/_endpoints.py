"""Where the router listens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ocs_sim.site import CrossbarSettings, Hub


class EndpointKind(Enum):
    """How a router is spoken to."""

    UNIX = "unix"
    WEBSOCKET = "websocket"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way to reach a router: `unix:/run/router.sock`, `ws://host:8001/ws` or `tcp://host:8002`.

    The unix and TCP forms carry WAMP over rawsocket with msgpack.
    """

    kind: EndpointKind
    url: str

    @staticmethod
    def unix(path: Path) -> Endpoint:
        """Return the endpoint of a rawsocket transport on a unix socket."""
        return Endpoint(EndpointKind.UNIX, f"unix:{path}")

    @staticmethod
    def parse(url: str) -> Endpoint:
        """Return the endpoint that a URL means."""
        kinds = {"unix": EndpointKind.UNIX, "tcp": EndpointKind.TCP}
        return Endpoint(kinds.get(urlsplit(url).scheme, EndpointKind.WEBSOCKET), url)

    @property
    def path(self) -> Path:
        """The unix socket's path."""
        return Path(self.url.removeprefix("unix:"))

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the other two kinds."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 80

    def worth_trying(self) -> bool:
        """Return False for a unix socket that is not there; all others may answer."""
        return self.kind is not EndpointKind.UNIX or self.path.exists()


def endpoints(hub: Hub, crossbar: CrossbarSettings | None) -> tuple[Endpoint, ...]:
    """Return the ways to reach a site's router, fastest first.

    `crossbar` is what the site file says of a router on this host; None where there is none.
    """
    websocket = Endpoint(EndpointKind.WEBSOCKET, hub.wamp_server)
    if crossbar is None:
        return (websocket,)
    return (Endpoint.unix(crossbar.socket_path), websocket)
