"""The configuration that crossbar gets: made from the site file, and checked before it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ocs_sim.launch._crossbar_address import RouterAddress
from ocs_sim.launch._router_errors import BadConfig
from ocs_sim.site import CrossbarSettings, Hub

AGENT_ROLE = "iocs_agent"
CONTROLLER_ROLE = "iocs_controller"
VIEWER_ROLE = "iocs_viewer"
VIEW_PATH = "view"
INFO_PATH = "info"

# A client that does not answer a ping within the timeout is dropped, and what was queued for it with it.
PING_INTERVAL_SECONDS = 10
PING_TIMEOUT_SECONDS = 5
# crossbar 26 refuses pings shorter than 12 bytes (it puts a time stamp in them).
PING_SIZE_BYTES = 12
# A rawsocket has no ping. Over TCP the kernel closes one whose peer has taken nothing for so long.
TCP_USER_TIMEOUT_SECONDS = PING_INTERVAL_SECONDS + PING_TIMEOUT_SECONDS

SERIALIZERS = ("msgpack", "cbor", "json")

_REALM = re.compile(r"[A-Za-z][A-Za-z0-9_\-@.]{2,254}")
_ROOT = re.compile(r"[^\s.#]+")
# The only components that crossbar's wildcard rules understand; a rule with others is skipped, silently.
_WILDCARD_ROOT = re.compile(r"[a-z0-9][a-z0-9_\-]*")


def router_config(hub: Hub, settings: CrossbarSettings, address: RouterAddress) -> dict[str, Any]:
    """Return crossbar's configuration for a hub; raises BadConfig when crossbar would refuse it."""
    faults = list(_faults(hub, settings, address))
    if faults:
        raise BadConfig(faults="\n".join(f"  {fault}" for fault in faults))
    transports = [_unix_transport(settings), *_tcp_transport(settings, address), _web_transport(hub, address)]
    worker = {
        "type": "router",
        "id": "router",
        "realms": [{"name": hub.wamp_realm, "roles": _roles(hub.address_root)}],
        "transports": transports,
    }
    return {"version": 2, "controller": {}, "workers": [worker]}


def _faults(hub: Hub, settings: CrossbarSettings, address: RouterAddress) -> Iterator[str]:
    if not _REALM.fullmatch(hub.wamp_realm):
        yield (
            f"wamp_realm {hub.wamp_realm!r} must begin with a letter and be 3 to 255 characters long,"
            " all of them letters, digits, _, -, @ or dots"
        )
    if not _ROOT.fullmatch(hub.address_root):
        yield f"address_root {hub.address_root!r} must be one word without dots, spaces and #"
    taken = {VIEW_PATH, INFO_PATH} & {address.websocket_path, address.call_path}
    for path in sorted(taken):
        yield f"the path {path!r} is the router's own; give wamp_server and wamp_http others"
    if settings.tcp_port == address.port:
        yield f"tcp-port {settings.tcp_port} is the port of wamp_server; give the rawsocket another"


def _roles(root: str) -> list[dict[str, Any]]:
    everything = {"call": True, "register": True, "publish": True, "subscribe": True}
    return [
        _role(AGENT_ROLE, _rule(f"{root}.", "prefix", **everything)),
        _role(CONTROLLER_ROLE, _rule(f"{root}.", "prefix", **{**everything, "register": False})),
        _role(VIEWER_ROLE, *_viewer_rules(root)),
    ]


def _viewer_rules(root: str) -> Iterator[dict[str, Any]]:
    """Allow subscribing to everything and calling `{root}.{id}`, the management procedure, which only reads.

    crossbar takes a rule for a wildcard rule by the two dots in it, so `{root}.{anything}` cannot be said.
    What can: everything under the root, but nothing of the form `{root}.{id}.{name}`, as operations are.
    """
    may_call = _WILDCARD_ROOT.fullmatch(root) is not None
    yield _rule(f"{root}.", "prefix", subscribe=True, call=may_call)
    if may_call:
        yield _rule(f"{root}..", "wildcard", subscribe=True)


def _role(name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "permissions": list(rules)}


def _rule(uri: str, match: str, **allow: bool) -> dict[str, Any]:
    allowed = {action: allow.get(action, False) for action in ("call", "register", "publish", "subscribe")}
    disclose = {"caller": False, "publisher": False}
    return {"uri": uri, "match": match, "allow": allowed, "disclose": disclose, "cache": True}


def _anonymous(role: str) -> dict[str, Any]:
    return {"anonymous": {"type": "static", "role": role}}


def _unix_transport(settings: CrossbarSettings) -> dict[str, Any]:
    # First, so that whoever finds the web port open finds the socket too.
    return {
        "type": "rawsocket",
        "id": "unix",
        "endpoint": {"type": "unix", "path": str(settings.socket_path)},
        "serializers": list(SERIALIZERS),
        "auth": _anonymous(AGENT_ROLE),
    }


def _tcp_transport(settings: CrossbarSettings, address: RouterAddress) -> Iterator[dict[str, Any]]:
    if settings.tcp_port is None:
        return
    endpoint = _tcp_endpoint(address, settings.tcp_port) | {"user_timeout": TCP_USER_TIMEOUT_SECONDS * 1000}
    yield {
        "type": "rawsocket",
        "id": "tcp",
        "endpoint": endpoint,
        "serializers": list(SERIALIZERS),
        "auth": _anonymous(AGENT_ROLE),
    }


def _web_transport(hub: Hub, address: RouterAddress) -> dict[str, Any]:
    return {
        "type": "web",
        "id": "web",
        "endpoint": _tcp_endpoint(address, address.port),
        "paths": {
            address.websocket_path: _websocket(AGENT_ROLE),
            VIEW_PATH: _websocket(VIEWER_ROLE),
            address.call_path: {"type": "caller", "realm": hub.wamp_realm, "role": CONTROLLER_ROLE},
            INFO_PATH: {"type": "nodeinfo"},
        },
    }


def _tcp_endpoint(address: RouterAddress, port: int) -> dict[str, Any]:
    endpoint = {"type": "tcp", "port": port, "interface": address.interface}
    return endpoint if address.ip_version == 4 else endpoint | {"version": 6}


def _websocket(role: str) -> dict[str, Any]:
    return {
        "type": "websocket",
        "serializers": list(SERIALIZERS),
        "auth": _anonymous(role),
        "options": {
            "enable_webstatus": False,
            "open_handshake_timeout": 2500,
            "close_handshake_timeout": 1000,
            "auto_ping_interval": PING_INTERVAL_SECONDS * 1000,
            "auto_ping_timeout": PING_TIMEOUT_SECONDS * 1000,
            "auto_ping_size": PING_SIZE_BYTES,
            "fail_by_drop": True,
        },
    }
