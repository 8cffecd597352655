"""The JSON behind the `/setup` pages: ours, not Alpaca's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ocs_sim.alpaca._asgi import (
    Handler,
    Receive,
    Scope,
    Send,
    header,
    read_body,
    require_method,
    send_json,
)
from ocs_sim.alpaca._calls import Endpoint
from ocs_sim.alpaca._device import Device
from ocs_sim.alpaca._errors import BadRequest
from ocs_sim.alpaca._json import finite_json
from ocs_sim.alpaca._management import ServerDescription
from ocs_sim.alpaca._panels import SetupPanel
from ocs_sim.errors import ObservatoryError

# Reading these is work, or says what the page shows elsewhere.
_NOT_LISTED = {"ImageArray", "ImageArrayVariant", "DeviceState", "Connected", "Connecting"}


def api_routes(
    devices: Sequence[Device],
    endpoints: Sequence[Endpoint],
    description: ServerDescription,
    panels: Sequence[SetupPanel],
) -> dict[str, Handler]:
    """Return what answers at which path."""
    routes: dict[str, Handler] = {
        "/setup/api/server": _reading(
            lambda: {**description.value(), "devices": [device_summary(each) for each in devices]}
        ),
        "/setup/api/panels": _reading(lambda: [_panel(each) for each in panels]),
    }
    for device in devices:
        own = [each for each in endpoints if each.device is device]
        routes[f"/setup/api/devices/{device.device_type.lower()}/{device.number}"] = _reading(
            lambda device=device, own=own: {**device_summary(device), "properties": _properties(own)}
        )
    for panel in panels:
        routes[f"/setup/api/panels/{panel.name}"] = _acting(panel)
    return routes


def device_summary(device: Device) -> dict[str, Any]:
    """Return what a page shows of a device: who it is, how it is, who is connected."""
    state: dict[str, Any] = {}
    trouble = ""
    try:
        state = device.device_state()
    except Exception as error:
        trouble = str(error) if isinstance(error, ObservatoryError) else f"a defect: {error!r}"
    return {
        "type": device.device_type,
        "number": device.number,
        "name": device.name,
        "description": device.description,
        "unique_id": device.unique_id,
        "interface_version": device.interface_version,
        "state": state,
        "trouble": trouble,
        "clients": device.connections.connected(),
    }


def _properties(endpoints: Sequence[Endpoint]) -> list[dict[str, Any]]:
    found = []
    for endpoint in endpoints:
        call = endpoint.get
        if call is None or call.is_async or call.parameter_names or endpoint.member in _NOT_LISTED:
            continue
        try:
            entry = {"name": endpoint.member, "value": call.function()}
        except ObservatoryError as error:
            entry = {"name": endpoint.member, "refusal": str(error)}
        except Exception as error:
            # A page shows what it can; whoever reads this over Alpaca gets it logged.
            entry = {"name": endpoint.member, "refusal": f"a defect: {error!r}"}
        found.append({**entry, "writable": endpoint.put is not None})
    return sorted(found, key=lambda each: str(each["name"]))


def _panel(panel: SetupPanel) -> dict[str, Any]:
    return {"name": panel.name, "sections": [asdict(each) for each in panel.sections()]}


def _reading(read: Any) -> Handler:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        require_method(scope, "GET", "HEAD")
        await send_json(send, finite_json(read()))

    return answer


def _acting(panel: SetupPanel) -> Handler:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        require_method(scope, "POST")
        wish = await _json_object(scope, receive)
        action, values = wish.get("action"), wish.get("values", {})
        if not isinstance(action, str) or not isinstance(values, dict):
            raise BadRequest('Send {"action": "...", "values": {...}}.')
        try:
            text = panel.act(action, values)
        except (ObservatoryError, ValueError) as error:
            raise BadRequest(str(error)) from None
        await send_json(send, finite_json({"text": text}))

    return answer


async def _json_object(scope: Scope, receive: Receive) -> dict[str, Any]:
    # A page of another site can send forms and plain text unasked, but not this.
    if (header(scope, b"content-type") or b"").partition(b";")[0].strip() != b"application/json":
        raise BadRequest("Send application/json.")
    try:
        found = json.loads(await read_body(receive))
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise BadRequest("The body is not a JSON object.")
    return found
