"""What the Mount agent is made of: parameters, aims, interlocks, the telescope's side, the feed."""

from ._aims import Aim, GroundAim, SkyAim, ground_aim, moved, sky_aim
from ._device_side import MountDevice, stop_entirely
from ._dome_gate import DomeGate
from ._errors import NotReady, TargetRefused, UnusableMount, WrongPlace
from ._feed import pointing_feed
from ._horizon import HorizonMask
from ._interlocks import Interlocks
from ._options import MountOptions
from ._parameters import (
    Altitude,
    Arcseconds,
    ArcsecondsPerSecond,
    Azimuth,
    Declination,
    Frame,
    RightAscension,
)
from ._pointing import Pointing
from ._rates import DriveRate, set_drive_rate, to_ascom_ra_rate
from ._report import Report
from ._state import MountState

__all__ = [
    "Aim",
    "Altitude",
    "Arcseconds",
    "ArcsecondsPerSecond",
    "Azimuth",
    "Declination",
    "DomeGate",
    "DriveRate",
    "Frame",
    "GroundAim",
    "HorizonMask",
    "Interlocks",
    "MountDevice",
    "MountOptions",
    "MountState",
    "NotReady",
    "Pointing",
    "Report",
    "RightAscension",
    "SkyAim",
    "TargetRefused",
    "UnusableMount",
    "WrongPlace",
    "ground_aim",
    "moved",
    "pointing_feed",
    "set_drive_rate",
    "sky_aim",
    "stop_entirely",
    "to_ascom_ra_rate",
]
