"""How a link reaches the router.

Imported only once the reactor is installed (see `_loop`).
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from ocs_sim.bus._endpoints import Endpoint, EndpointKind
from ocs_sim.bus._errors import NotConnected, RouterUnreachable
from ocs_sim.bus._loop import installed_reactor
from ocs_sim.bus._protocols import JOIN_SECONDS, RawFactory, web_factory
from ocs_sim.bus._wamp import WampLink

PING_SECONDS = 5.0


async def open_link(endpoint: Endpoint, realm: str, *, ping_seconds: float = PING_SECONDS) -> WampLink:
    """Return a joined session; raise RouterUnreachable, leaving nothing behind, when there is none.

    A router that stops answering is left between two and three times `ping_seconds` later.
    """
    link = WampLink(asyncio.get_running_loop(), realm)
    try:
        async with asyncio.timeout(JOIN_SECONDS):
            await _connect(endpoint, link, ping_seconds)
            await link.opened
    except TimeoutError:
        await link.cut()
        raise RouterUnreachable(url=endpoint.url, fault=f"no welcome within {JOIN_SECONDS:g} s") from None
    except (NotConnected, OSError) as error:
        await link.cut()
        fault = error.facts["fault"] if isinstance(error, NotConnected) else error
        raise RouterUnreachable(url=endpoint.url, fault=fault) from None
    except asyncio.CancelledError:
        await link.cut()
        raise
    return link


async def _connect(endpoint: Endpoint, link: WampLink, ping_seconds: float) -> None:
    """Start a connection; `link.opened` tells how it went."""
    reactor = installed_reactor()
    if endpoint.kind is EndpointKind.UNIX:
        factory = RawFactory(link, ping_seconds)
        _watch(reactor.connectUNIX(str(endpoint.path), factory, timeout=JOIN_SECONDS), link)
        return
    host, port = endpoint.address
    # uvloop's resolver needs no thread, Twisted's does.
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # `localhost` often means ::1 first, where a router that was told 127.0.0.1 does not listen.
    address = sorted(found, key=lambda entry: entry[0] is not socket.AF_INET)[0][4][0]
    if endpoint.kind is EndpointKind.TCP:
        factory = RawFactory(link, ping_seconds)
    else:
        factory = web_factory(endpoint.url, link, ping_seconds)
    _watch(reactor.connectTCP(address, port, factory, timeout=JOIN_SECONDS), link)


def _watch(connector: Any, link: WampLink) -> None:
    def abort() -> None:
        if hasattr(connector.transport, "abortConnection"):
            connector.transport.abortConnection()
        else:
            connector.disconnect()

    if not link.ended.done():
        link.abort = abort
