"""What the Mount agent is made of: parameters, aims, interlocks, the telescope's side, the feed."""

from ._aims import Aim, GroundAim, SkyAim, ground_aim, sky_aim
from ._device_side import MountDevice, abort_slew
from ._dome_gate import DomeGate
from ._errors import NotReady, TargetRefused, UnusableMount, WrongPlace
from ._feed import BLOCK, pointing_feed, pointing_sample
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
from ._rates import DRIVE_RATES, DriveRate, to_ascom_ra_rate
from ._state import MountState

__all__ = [
    "BLOCK",
    "DRIVE_RATES",
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
    "RightAscension",
    "SkyAim",
    "TargetRefused",
    "UnusableMount",
    "WrongPlace",
    "abort_slew",
    "ground_aim",
    "pointing_feed",
    "pointing_sample",
    "sky_aim",
    "to_ascom_ra_rate",
]
