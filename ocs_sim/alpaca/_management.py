"""What the server says of itself and of the devices that it has (API reference, "Management")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from ocs_sim.alpaca._asgi import Handler, Receive, Scope, Send, require_method, send_json
from ocs_sim.alpaca._device import Device
from ocs_sim.alpaca._fields import Fields
from ocs_sim.alpaca._json import envelope


@dataclass(frozen=True)
class ServerDescription:
    """What a client may show of the server."""

    name: str = "A simulated observatory"
    location: str = ""
    manufacturer: str = "ocs-sim"

    def value(self) -> dict[str, str]:
        """Return the Value of `/management/v1/description`."""
        return {
            "ServerName": self.name,
            "Manufacturer": self.manufacturer,
            "ManufacturerVersion": version("ocs-sim"),
            "Location": self.location,
        }


def configured_devices(devices: tuple[Device, ...]) -> list[dict[str, Any]]:
    """Return the Value of `/management/v1/configureddevices`."""
    return [
        {
            "DeviceName": each.name,
            "DeviceType": each.device_type,
            "DeviceNumber": each.number,
            "UniqueID": each.unique_id,
        }
        for each in devices
    ]


def management_routes(
    devices: tuple[Device, ...], description: ServerDescription, next_transaction: Callable[[], int]
) -> dict[str, Handler]:
    """Return what answers at which path."""
    values = {
        "/management/apiversions": [1],
        "/management/v1/description": description.value(),
        "/management/v1/configureddevices": configured_devices(devices),
    }
    return {path: _answering(value, next_transaction) for path, value in values.items()}


def _answering(value: Any, next_transaction: Callable[[], int]) -> Handler:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        require_method(scope, "GET")
        fields = Fields(scope["query_string"], any_case=True)
        fields.identity(b"ClientID")
        transaction = fields.identity(b"ClientTransactionID")
        await send_json(send, envelope(value, transaction, next_transaction()))

    return answer
