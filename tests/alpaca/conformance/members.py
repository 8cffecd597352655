"""Which members each device declares, and something to call each with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

from ocs_sim.alpaca import ClientId, Device
from ocs_sim.alpaca._members import declared_members

TYPES = (
    "telescope",
    "camera",
    "dome",
    "filterwheel",
    "focuser",
    "rotator",
    "covercalibrator",
    "observingconditions",
    "safetymonitor",
    "switch",
)

# Who asks, and for the how manieth time.
IDS = {"ClientID": 7, "ClientTransactionID": 123}

_PLAIN = {bool: "true", int: "1", float: "1.5", str: "text"}
_PARTICULAR = {
    "SensorName": "Temperature",
    "UTCDate": "2026-11-21T04:05:06.789Z",
    "Action": "text",
    "SideOfPier": "0",
    "Axis": "0",
    "Light": "false",
}


@dataclass(frozen=True)
class Operation:
    """GET or PUT of one member."""

    device_type: str
    member: str
    method: str
    parameters: tuple[tuple[str, type], ...]

    @property
    def path(self) -> str:
        return f"/api/v1/{self.device_type}/0/{self.member.lower()}"

    @property
    def sample(self) -> dict[str, str]:
        """Parameters that can be understood, whatever the device makes of them."""
        return {name: _PARTICULAR.get(name, _PLAIN[kind]) for name, kind in self.parameters}

    def __str__(self) -> str:
        return f"{self.method} {self.device_type}.{self.member}"


def operations(device: Device) -> Iterator[Operation]:
    """Yield what can be asked of a device."""
    for name, member in sorted(declared_members(type(device)).items()):
        for method, declared in (("GET", member.get_declared), ("PUT", member.put_declared)):
            if declared is not None:
                yield Operation(
                    device.device_type.lower(), name, method, tuple(_parameters(declared.function))
                )


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, type]]:
    hints = get_type_hints(function)
    for name in list(inspect.signature(function).parameters)[1:]:
        if hints[name] is not ClientId:
            yield name, hints[name]


def wrong(findings):
    """Fail with all that is wrong at once."""
    assert not (found := [str(each) for each in findings if each]), "\n".join(found)
