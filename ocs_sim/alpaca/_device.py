"""What every device has: its place among others, the members that all have, and who is connected."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, ClassVar

from ocs_sim.alpaca._connections import Connections
from ocs_sim.alpaca._errors import UNSPECIFIED, ActionNotImplemented, AlpacaError, NotImplementedByDevice
from ocs_sim.alpaca._members import ClientId, get, put
from ocs_sim.alpaca._trouble import Trouble
from ocs_sim.errors import ObservatoryError

# Makes a site's devices the same ones each time, and those of two sites different ones.
_NAMESPACE = uuid.UUID("6b0c2f1e-6c1c-5d7e-9a55-0d1f6f5b7c11")


def unique_id(site: str, device_type: str, number: int) -> str:
    """Return the UUID by which clients know a device again, the same for ever."""
    return str(uuid.uuid5(_NAMESPACE, f"{site}/{device_type.lower()}/{number}"))


class Device:
    """A device of some type; subclasses declare its members with `@get`, `@put` and `@Member.put`.

    Members raise AlpacaError to refuse; plain functions run on the server's loop and return at once.
    """

    device_type: ClassVar[str] = ""
    interface_version: ClassVar[int] = 1
    # How long Connect and Disconnect are under way.
    connect_seconds: float = 0.1

    def __init__(
        self, number: int = 0, name: str = "", description: str = "", *, site: str = "observatory"
    ) -> None:
        self.number = number
        self.name = name or f"{self.device_type} {number}"
        self.description = description or type(self).__doc__ or self.name
        self.unique_id = unique_id(site, self.device_type, number)
        self.connections = Connections()

    def device_state(self) -> dict[str, Any]:
        """Return the operational properties by their exact names; the server adds the moment."""
        return {}

    def now(self) -> float:
        """Return the device's own time as unix seconds."""
        return time.time()

    def close(self) -> None:
        """Give up what is still under way in the background: the server ends. It may start again later."""

    def trouble(self) -> Trouble | None:
        """Return what goes wrong with the request that has just come, if anything."""
        return None

    def refusal(self, error: ObservatoryError) -> AlpacaError:
        """Return how an error of what lies behind the device is told to clients."""
        return AlpacaError(UNSPECIFIED, str(error))

    @put
    def Action(self, Action: str, Parameters: str) -> Any:  # noqa: ARG002
        """Refuse: there is nothing that the members do not offer. Who overrides this returns a text."""
        raise ActionNotImplemented(f"{Action!r}; SupportedActions lists those that there are.")

    @put
    def CommandBlind(self, Command: str, Raw: bool) -> None:  # noqa: ARG002
        """Refuse: the interface has deprecated it."""
        raise NotImplementedByDevice("CommandBlind")

    @put
    def CommandBool(self, Command: str, Raw: bool) -> bool:  # noqa: ARG002
        """Refuse: the interface has deprecated it."""
        raise NotImplementedByDevice("CommandBool")

    @put
    def CommandString(self, Command: str, Raw: bool) -> str:  # noqa: ARG002
        """Refuse: the interface has deprecated it."""
        raise NotImplementedByDevice("CommandString")

    @put(works_disconnected=True)
    def Connect(self, client: ClientId) -> None:
        """Begin to connect; Connecting tells when that is over."""
        self._change(client, connect=True)

    @put(works_disconnected=True)
    def Disconnect(self, client: ClientId) -> None:
        """Begin to disconnect; Connecting tells when that is over."""
        self._change(client, connect=False)

    @get(works_disconnected=True)
    def Connecting(self, client: ClientId) -> bool:
        """Tell whether Connect or Disconnect is under way."""
        return self.connections.is_changing(client)

    @get(works_disconnected=True)
    def Connected(self, client: ClientId) -> bool:
        """Tell whether the client who asks is connected."""
        return self.connections.is_connected(client)

    @Connected.put(works_disconnected=True)
    def _(self, Connected: bool, client: ClientId) -> None:
        self.connections.change(client, Connected)

    @get(works_disconnected=True)
    def Description(self) -> str:
        """Say what the device is."""
        return self.description

    @get
    def DeviceState(self) -> list[dict[str, Any]]:
        """Return all operational properties at once."""
        moment = datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds")
        state = {**self.device_state(), "TimeStamp": moment.replace("+00:00", "Z")}
        return [{"Name": name, "Value": value} for name, value in state.items()]

    @get(works_disconnected=True)
    def DriverInfo(self) -> str:
        """Say what drives the device."""
        return f"ocs-sim: {self.description}"

    @get(works_disconnected=True)
    def DriverVersion(self) -> str:
        """Return major and minor version of what drives the device."""
        return ".".join(version("ocs-sim").split(".")[:2])

    @get(works_disconnected=True)
    def InterfaceVersion(self) -> int:
        """Return the version of the ASCOM interface."""
        return self.interface_version

    @get(works_disconnected=True)
    def Name(self) -> str:
        """Return the device's name."""
        return self.name

    @get(works_disconnected=True)
    def SupportedActions(self) -> list[str]:
        """Return the names which Action takes."""
        return []

    def _change(self, client: int, *, connect: bool) -> None:
        is_so = self.connections.is_connected(client) == connect
        self.connections.change(client, connect, 0.0 if is_so else self.connect_seconds)
