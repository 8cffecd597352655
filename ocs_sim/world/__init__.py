"""The simulated observatory: one seeded model of mount, dome, optics, weather, sky and detector."""

from ocs_sim.world._clock import WorldClock
from ocs_sim.world._errors import (
    Faulted,
    NoImage,
    NoSuchFault,
    NoSuchProfile,
    NotAllowedNow,
    OutOfRange,
    Parked,
    ProfileError,
    ProfileFaulty,
    ScriptFaulty,
    StartNotUnderstood,
    TimeOnlyGoesForward,
    Unreachable,
    ValueNotSet,
    WorldError,
)
from ocs_sim.world._profile import Profile, load_profile, profile_names
from ocs_sim.world._world import World

__all__ = [
    "Faulted",
    "NoImage",
    "NoSuchFault",
    "NoSuchProfile",
    "NotAllowedNow",
    "OutOfRange",
    "Parked",
    "Profile",
    "ProfileError",
    "ProfileFaulty",
    "ScriptFaulty",
    "StartNotUnderstood",
    "TimeOnlyGoesForward",
    "Unreachable",
    "ValueNotSet",
    "World",
    "WorldClock",
    "WorldError",
    "load_profile",
    "profile_names",
]
