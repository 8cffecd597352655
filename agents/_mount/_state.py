"""How a mount stands at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ocs_sim.clock import Clock

from .._device import DeviceLink, read_members

UNKNOWN_SIDE = -1
# What there need not be, and what is said instead.
_OPTIONAL: Mapping[str, Any] = {"SideOfPier": UNKNOWN_SIDE, "AtHome": False}
_ASKED: Mapping[str, Callable[[Any], Any]] = {
    "Altitude": lambda device: device.Altitude,
    "AtHome": lambda device: device.AtHome,
    "AtPark": lambda device: device.AtPark,
    "Azimuth": lambda device: device.Azimuth,
    "Declination": lambda device: device.Declination,
    "RightAscension": lambda device: device.RightAscension,
    "SideOfPier": lambda device: device.SideOfPier.value,
    "SiderealTime": lambda device: device.SiderealTime,
    "Slewing": lambda device: device.Slewing,
    "Tracking": lambda device: device.Tracking,
    "UTCDate": lambda device: device.UTCDate,
}


@dataclass(frozen=True, slots=True)
class MountState:
    """What the mount says, its coordinates in its own frame; times are unix seconds.

    `clock_offset_seconds` is how far the mount's clock is ahead of this machine's, to half the time that
    asking took.
    """

    unix: float
    clock_offset_seconds: float
    ra_degrees: float
    dec_degrees: float
    altitude_degrees: float
    azimuth_degrees: float
    sidereal_time_hours: float
    pier_side: int
    tracking: bool
    slewing: bool
    at_park: bool
    at_home: bool


def read_state(link: DeviceLink, clock: Clock, time_source: str) -> MountState:
    """Ask for everything, in one request if the mount can; raises DeviceError."""
    before = clock.time()
    told = read_members(link, _ASKED, _OPTIONAL)
    middle = (before + clock.time()) / 2.0
    device_time = _unix(told["UTCDate"])
    return MountState(
        unix=device_time if time_source == "device" else middle,
        clock_offset_seconds=device_time - middle,
        ra_degrees=15.0 * float(told["RightAscension"]),
        dec_degrees=float(told["Declination"]),
        altitude_degrees=float(told["Altitude"]),
        azimuth_degrees=float(told["Azimuth"]),
        sidereal_time_hours=float(told["SiderealTime"]),
        pier_side=int(told["SideOfPier"]),
        tracking=bool(told["Tracking"]),
        slewing=bool(told["Slewing"]),
        at_park=bool(told["AtPark"]),
        at_home=bool(told["AtHome"]),
    )


def _unix(moment: Any) -> float:
    read = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
