"""The devices that tell the weather, and whether it is safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._device import DeviceError, DeviceLink, is_lacking, read_members
from ._sensors import SENSORS

# Of the members of a station, what no interface before the second had.
_NONE: dict[str, Any] = dict.fromkeys(SENSORS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sensor says, how many seconds ago it measured (None if it does not tell), and its unit."""

    value: float
    unit: str
    age_seconds: float | None

    def encode(self) -> dict[str, Any]:
        """Return the reading as clients get it."""
        return {"value": self.value, "unit": self.unit, "age": self.age_seconds}


class Station:
    """An ObservingConditions device. Safe to use from any thread; all raises DeviceError."""

    def __init__(self, link: DeviceLink) -> None:
        self.link = link

    def values(self) -> dict[str, float]:
        """Return what each sensor that there is says, by its ASCOM name."""
        asked = {name: _asker(name) for name in SENSORS}
        told = read_members(self.link, asked, _NONE)
        return {name: float(value) for name, value in told.items() if value is not None}

    def age_seconds(self, sensor: str = "") -> float | None:
        """Return how long ago a sensor measured, or the latest of all; None if the station does not tell."""
        try:
            return float(self.link.read(lambda device: device.TimeSinceLastUpdate(sensor)))
        except DeviceError as fault:
            if is_lacking(fault):
                return None
            raise

    def refresh(self) -> None:
        """Have everything measured now, if the station can."""
        try:
            self.link.call(lambda device: device.Refresh(), "measure now")
        except DeviceError as fault:
            if not is_lacking(fault):
                raise

    def readings(self) -> dict[str, Reading]:
        """Return the reading of each sensor by the name of its field."""
        return {
            SENSORS[name].field: Reading(value, SENSORS[name].unit, self.age_seconds(name))
            for name, value in self.values().items()
        }


def _asker(name: str) -> Callable[[Any], Any]:
    return lambda device: getattr(device, name)
