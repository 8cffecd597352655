"""The `/setup` pages themselves: files that come with the package, read once."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from ocs_sim.alpaca._asgi import Handler, Receive, Scope, Send, require_method, send_body
from ocs_sim.alpaca._device import Device

_KINDS = {
    "html": b"text/html; charset=utf-8",
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
_HEADERS = (
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
    (b"x-content-type-options", b"nosniff"),
)


def page_routes(devices: Sequence[Device]) -> dict[str, Handler]:
    """Return what answers at which path: the server's page, each device's, and what they are made of."""
    assets = {each.name: each.read_bytes() for each in files(__package__).joinpath("pages").iterdir()}
    routes = {f"/setup/assets/{name}": _page(name, body) for name, body in assets.items()}
    server = _page("server.html", assets["server.html"])
    routes.update({"/": server, "/setup": server, "/setup/": server})
    device_page = _page("device.html", assets["device.html"])
    for device in devices:
        routes[f"/setup/v1/{device.device_type.lower()}/{device.number}/setup"] = device_page
    return routes


def _page(name: str, body: bytes) -> Handler:
    kind = _KINDS.get(name.rpartition(".")[2], b"application/octet-stream")

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        require_method(scope, "GET", "HEAD")
        await send_body(send, 200, kind, body, _HEADERS)

    return answer
