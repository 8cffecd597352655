"""What the Site agent is made of: its ears, the state that it tells, and the depot of images."""

from ._delivery import Delivered, Delivery
from ._depot import Depot, Standing
from ._ears import Ears, HeardFiles
from ._finding import Finder
from ._journal import Journal
from ._options import SiteOptions
from ._retry import Retry

__all__ = [
    "Delivered",
    "Delivery",
    "Depot",
    "Ears",
    "Finder",
    "HeardFiles",
    "Journal",
    "Retry",
    "SiteOptions",
    "Standing",
]
