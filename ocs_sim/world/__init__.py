"""The simulated observatory: one seeded model of mount, dome, optics, weather, sky and detector."""

from ocs_sim.world._camera import Camera
from ocs_sim.world._climate_profile import SwitchProfile
from ocs_sim.world._clock import WorldClock
from ocs_sim.world._detector_profile import CameraProfile
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
from ocs_sim.world._exposure import ExposureRequest
from ocs_sim.world._faults import Fault, Faults
from ocs_sim.world._mount import Mount
from ocs_sim.world._profile import Profile, load_profile, profile_names
from ocs_sim.world._script import Event, play
from ocs_sim.world._weather import Conditions
from ocs_sim.world._world import World

__all__ = [
    "Camera",
    "CameraProfile",
    "Conditions",
    "Event",
    "ExposureRequest",
    "Fault",
    "Faulted",
    "Faults",
    "Mount",
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
    "SwitchProfile",
    "TimeOnlyGoesForward",
    "Unreachable",
    "ValueNotSet",
    "World",
    "WorldClock",
    "WorldError",
    "load_profile",
    "play",
    "profile_names",
]
