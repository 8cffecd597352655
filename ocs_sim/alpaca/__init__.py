"""An ASCOM Alpaca device server over HTTP: devices declare their members, the server keeps the rules."""

from ocs_sim.alpaca._device import Device, unique_id
from ocs_sim.alpaca._discovery import DISCOVERY_PORT
from ocs_sim.alpaca._errors import (
    ActionNotImplemented,
    AddressTaken,
    AlpacaError,
    BadRequest,
    DevicesClash,
    DiscoveryTaken,
    DriverError,
    InvalidOperation,
    InvalidValue,
    InvalidWhileParked,
    InvalidWhileSlaved,
    NotConnected,
    NotImplementedByDevice,
    OperationCancelled,
    ServerError,
    ValueNotSet,
)
from ocs_sim.alpaca._management import ServerDescription, configured_devices
from ocs_sim.alpaca._members import ClientId, Member, get, put
from ocs_sim.alpaca._panels import Fact, Form, FormField, Section, SetupPanel
from ocs_sim.alpaca._server import DEFAULT_PORT, AlpacaServer
from ocs_sim.alpaca._trouble import Trouble

__all__ = [
    "DEFAULT_PORT",
    "DISCOVERY_PORT",
    "ActionNotImplemented",
    "AddressTaken",
    "AlpacaError",
    "AlpacaServer",
    "BadRequest",
    "ClientId",
    "Device",
    "DevicesClash",
    "DiscoveryTaken",
    "DriverError",
    "Fact",
    "Form",
    "FormField",
    "InvalidOperation",
    "InvalidValue",
    "InvalidWhileParked",
    "InvalidWhileSlaved",
    "Member",
    "NotConnected",
    "NotImplementedByDevice",
    "OperationCancelled",
    "Section",
    "ServerDescription",
    "ServerError",
    "SetupPanel",
    "Trouble",
    "ValueNotSet",
    "configured_devices",
    "get",
    "put",
    "unique_id",
]
