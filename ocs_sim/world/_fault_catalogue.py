"""The faults that can be injected, and what can be said about each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# Alpaca's, and all of them.
_DEVICES = (
    "*",
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


@dataclass(frozen=True)
class FaultKind:
    """What a fault does, the values that shape it with their defaults, and what these can be.

    Texts are one of `choices`, in any casing; numbers are within `ranges`, 0 or more where that says nothing.
    """

    text: str
    values: dict[str, float | str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    def range_of(self, value: str) -> tuple[float, float]:
        """Return the lowest and the highest that a number can be."""
        return self.ranges.get(value, (0.0, math.inf))


_PERCENT = {"percent": (0.0, 100.0)}


FAULTS = {
    "mount.stall": FaultKind(
        "The mount's axes stop dead, and slews fail.",
        {"axis": "both"},
        {"axis": ("both", "hour_angle", "declination")},
    ),
    "mount.encoder_lost": FaultKind(
        "The mount no longer knows where it points, until it has found its home.",
        {"degrees": 5.0},
        ranges={"degrees": (0.0, 180.0)},
    ),
    "dome.stall": FaultKind("The dome does not turn."),
    "dome.shutter_stuck": FaultKind("The dome's shutter stops where it is."),
    "focuser.stall": FaultKind("The focuser does not move."),
    "wheel.stuck": FaultKind("The filter wheel stops between two slots."),
    "rotator.stall": FaultKind("The rotator does not turn."),
    "cover.stuck": FaultKind("The mirror's cover stops where it is."),
    "camera.cooler_failure": FaultKind("The camera's cooler stops cooling."),
    "camera.cooler_overshoot": FaultKind("The camera's cooler overshoots its set-point."),
    "camera.cooler_underdamped": FaultKind("The camera's temperature swings about its set-point."),
    "camera.cooler_never_reaches": FaultKind("The camera's cooler stays short of its set-point."),
    "camera.shutter_stuck": FaultKind("The camera's shutter does not open."),
    "camera.readout_failure": FaultKind("The camera's readout fails."),
    "weather.cloud": FaultKind("Clouds come in.", {"percent": 100.0}, ranges=_PERCENT),
    "weather.rain": FaultKind("It rains, from an overcast sky.", {"millimetres_per_hour": 5.0}),
    "weather.gust": FaultKind("Wind comes up, in gusts.", {"metres_per_second": 25.0}),
    "weather.humidity": FaultKind("The air becomes damp.", {"percent": 98.0}, ranges=_PERCENT),
    "power.lost": FaultKind("Mains power is off: what moves stops."),
    "device.lost": FaultKind("Connections to a device are dropped.", {"device": "*"}, {"device": _DEVICES}),
    "device.slow": FaultKind(
        "A device answers late.", {"device": "*", "delay_seconds": 2.0}, {"device": _DEVICES}
    ),
    "device.failing": FaultKind(
        "A device answers with a driver's error.",
        {"device": "*", "number": 0x500, "message": "Injected failure"},
        {"device": _DEVICES},
        {"number": (0x400, 0xFFF)},
    ),
}
