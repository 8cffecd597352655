"""The feed `pointing`: where the mount points, each second or so."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent import Feed, FeedField
from ocs_sim.almanac import (
    airmass,
    hour_angle_degrees,
    icrs_to_apparent,
    separation_degrees,
    sun,
)

from ._aims import Aim
from ._facts import MountFacts
from ._state import MountState

BLOCK = "pointing"


def pointing_feed() -> Feed:
    """Return the declaration of the feed."""
    fields = {
        "ra": FeedField(float, "deg", "ICRS right ascension at which the mount says that it points"),
        "dec": FeedField(float, "deg", "ICRS declination at which the mount says that it points"),
        "target_ra": FeedField(float, "deg", "ICRS right ascension of the target; without one, as ra"),
        "target_dec": FeedField(float, "deg", "ICRS declination of the target; without one, as dec"),
        "altitude": FeedField(float, "deg", "Altitude, without refraction"),
        "azimuth": FeedField(float, "deg", "Azimuth, 0 in the north, 90 in the east"),
        "hour_angle": FeedField(float, "h", "Hour angle, positive in the west"),
        "sidereal_time": FeedField(float, "h", "Local apparent sidereal time"),
        "airmass": FeedField(float, "", "Airmass (Pickering 2002); 38.7 at and below the horizon"),
        "pier_side": FeedField(int, "", "0 east (normal), 1 west (through the pole), -1 unknown"),
        "tracking": FeedField(bool, "", "Whether the mount follows the sky"),
        "slewing": FeedField(bool, "", "Whether the mount moves otherwise"),
        "at_park": FeedField(bool, "", "Whether the mount is parked"),
        "at_home": FeedField(bool, "", "Whether the mount is at its home position"),
        "sun_separation": FeedField(float, "deg", "Distance from the Sun, up or not"),
        "clock_offset": FeedField(float, "s", "How far the mount's clock is ahead of the agent's"),
    }
    return Feed(BLOCK, record=True, blocks={BLOCK: fields})


def pointing_sample(state: MountState, facts: MountFacts, aim: Aim | None) -> dict[str, Any]:
    """Return a sample of each field."""
    ra, dec = facts.to_icrs(state.ra_degrees, state.dec_degrees, state.unix)
    target_ra, target_dec = (ra, dec) if aim is None else aim.icrs(facts, state.unix)
    apparent_ra, _ = icrs_to_apparent(ra, dec, state.unix)
    body = sun(facts.place, state.unix)
    from_sun = separation_degrees(
        state.azimuth_degrees, state.altitude_degrees, body.azimuth_degrees, body.altitude_degrees
    )
    return {
        "ra": float(ra),
        "dec": float(dec),
        "target_ra": float(target_ra),
        "target_dec": float(target_dec),
        "altitude": state.altitude_degrees,
        "azimuth": state.azimuth_degrees,
        "hour_angle": float(hour_angle_degrees(facts.place, state.unix, apparent_ra)) / 15.0,
        "sidereal_time": state.sidereal_time_hours,
        "airmass": float(airmass(state.altitude_degrees)),
        "pier_side": state.pier_side,
        "tracking": state.tracking,
        "slewing": state.slewing,
        "at_park": state.at_park,
        "at_home": state.at_home,
        "sun_separation": float(from_sun),
        "clock_offset": state.clock_offset_seconds,
    }
