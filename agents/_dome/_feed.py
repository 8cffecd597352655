"""The feed `dome`: where the slit is, and whether it is open."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent import Feed, FeedField

from ._following import Wanted
from ._state import DomeState, turn_between

BLOCK = "dome"


def dome_feed() -> Feed:
    """Return the declaration of the feed."""
    fields = {
        "azimuth": FeedField(float, "deg", "Azimuth of the slit, 0 in the north, 90 in the east"),
        "shutter": FeedField(int, "", "0 open, 1 closed, 2 opening, 3 closing, 4 error"),
        "slewing": FeedField(bool, "", "Whether the dome turns or its shutter moves"),
        "at_park": FeedField(bool, "", "Whether the dome is parked"),
        "at_home": FeedField(bool, "", "Whether the dome is at its home position"),
        "slaved": FeedField(bool, "", "Whether the dome follows the mount"),
        "required_azimuth": FeedField(
            float, "deg", "Where the slit has to be for the telescope; as azimuth if that is not known"
        ),
        "azimuth_error": FeedField(float, "deg", "required_azimuth minus azimuth, the shorter way"),
    }
    return Feed(BLOCK, record=True, blocks={BLOCK: fields})


def dome_sample(state: DomeState, wanted: Wanted, *, slaved: bool) -> dict[str, Any]:
    """Return a sample of each field."""
    required = state.azimuth_degrees if wanted.azimuth_degrees is None else wanted.azimuth_degrees
    return {
        "azimuth": state.azimuth_degrees,
        "shutter": int(state.shutter),
        "slewing": state.slewing,
        "at_park": state.at_park,
        "at_home": state.at_home,
        "slaved": slaved,
        "required_azimuth": required,
        "azimuth_error": turn_between(state.azimuth_degrees, required),
    }
