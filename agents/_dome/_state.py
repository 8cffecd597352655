"""How a dome stands at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.ascom import ShutterState

from .._device import DeviceLink, DeviceRefused, is_lacking, read_members

# A dome without a shutter never hides the sky.
_OPTIONAL: Mapping[str, Any] = {"ShutterStatus": ShutterState.OPEN, "AtHome": False, "AtPark": False}
_ASKED: Mapping[str, Callable[[Any], Any]] = {
    "Azimuth": lambda device: device.Azimuth,
    "ShutterStatus": lambda device: device.ShutterStatus.value,
    "AtHome": lambda device: device.AtHome,
    "AtPark": lambda device: device.AtPark,
}


@dataclass(frozen=True, slots=True)
class DomeState:
    """What the dome says; `fault` is why it could not finish what it was told, or None."""

    azimuth_degrees: float
    shutter: ShutterState
    slewing: bool
    at_park: bool
    at_home: bool
    fault: str | None = None


def read_state(link: DeviceLink) -> DomeState:
    """Ask for everything; raises DeviceError."""
    told = read_members(link, _ASKED, _OPTIONAL)
    slewing, fault = _slewing(link)
    return DomeState(
        azimuth_degrees=float(told["Azimuth"]),
        shutter=ShutterState(int(told["ShutterStatus"])),
        slewing=slewing,
        at_park=bool(told["AtPark"]),
        at_home=bool(told["AtHome"]),
        fault=fault,
    )


def turn_between(from_degrees: float, to_degrees: float) -> float:
    """Return the shorter turn in degrees, -180 to below 180, positive over east."""
    return (to_degrees - from_degrees + 180.0) % 360.0 - 180.0


def _slewing(link: DeviceLink) -> tuple[bool, str | None]:
    """Return whether it moves, and what it says when it could not finish moving: then asking is refused."""
    try:
        return bool(link.read(lambda device: device.Slewing, "move")), None
    except DeviceRefused as fault:
        return False, None if is_lacking(fault) else str(fault)
