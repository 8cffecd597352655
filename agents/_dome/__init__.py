"""What the Dome agent is made of: options, the dome's side, the geometry of following, the feed."""

from ._device_side import DomeDevice
from ._errors import DomeFault, NotNow
from ._feed import BLOCK, dome_feed, dome_sample
from ._following import Follower, Wanted
from ._options import DomeOptions
from ._parameters import Azimuth
from ._state import DomeState, turn_between
from ._toros import NAMES as TOROS_NAMES
from ._toros import TorosNames

__all__ = [
    "BLOCK",
    "TOROS_NAMES",
    "Azimuth",
    "DomeDevice",
    "DomeFault",
    "DomeOptions",
    "DomeState",
    "Follower",
    "NotNow",
    "TorosNames",
    "Wanted",
    "dome_feed",
    "dome_sample",
    "turn_between",
]
