"""What is simulated: the numbers of a whole observatory, from a YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocs_sim.almanac import Place
from ocs_sim.world._climate_profile import SWITCHES, SafetyProfile, SwitchProfile, WeatherProfile
from ocs_sim.world._detector_profile import CameraProfile
from ocs_sim.world._dome_profile import DomeProfile
from ocs_sim.world._errors import NoSuchProfile, ProfileFaulty
from ocs_sim.world._instrument_profile import CoverProfile, FocuserProfile, RotatorProfile, WheelProfile
from ocs_sim.world._mount_profile import MountProfile
from ocs_sim.world._nodes import Complaint, build, read_yaml, set_key
from ocs_sim.world._optics_profile import FilterProfile, OpticsProfile

_SHIPPED = Path(__file__).parent / "profiles"


@dataclass(frozen=True)
class Profile:
    """All numbers of an observatory; sections that a file leaves out have their defaults."""

    title: str
    filters: tuple[FilterProfile, ...]
    place: Place = field(default_factory=lambda: Place(-30.1690, -70.8060, 2215.0))
    optics: OpticsProfile = field(default_factory=OpticsProfile)
    camera: CameraProfile = field(default_factory=CameraProfile)
    mount: MountProfile = field(default_factory=MountProfile)
    dome: DomeProfile = field(default_factory=DomeProfile)
    focuser: FocuserProfile = field(default_factory=FocuserProfile)
    wheel: WheelProfile = field(default_factory=WheelProfile)
    rotator: RotatorProfile = field(default_factory=RotatorProfile)
    cover: CoverProfile = field(default_factory=CoverProfile)
    weather: WeatherProfile = field(default_factory=WeatherProfile)
    safety: SafetyProfile = field(default_factory=SafetyProfile)
    switches: tuple[SwitchProfile, ...] = SWITCHES
    name: str = ""  # what it was asked for by


def profile_names() -> list[str]:
    """Return the names of the profiles that come with the package."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def load_profile(name: str | Path, /, **overrides: Any) -> Profile:
    """Return a shipped profile or that of a YAML file; `**{"camera.width": 256}` sets single numbers.

    A file may say `extends: fast` and then only what differs. Raises NoSuchProfile, and ProfileFaulty, which
    lists every wrong key and value with its line.
    """
    path = _find(str(name))
    complaints: list[Complaint] = []
    root = read_yaml(path, complaints, lambda base: _find(str(base)))
    for key, value in overrides.items():
        root = set_key(root, key, value)
    profile = None if complaints else build(Profile, root, complaints)
    complaints.extend(Complaint(path.name, text) for text in _contradictions(profile))
    if complaints or profile is None:
        raise ProfileFaulty(path=path, listing="\n".join(str(complaint) for complaint in complaints))
    return profile if profile.name else _named(profile, path.stem)


def _contradictions(profile: Profile | None) -> Iterator[str]:
    if profile is None:
        return
    camera, focuser, place = profile.camera, profile.focuser, profile.place
    if not (abs(place.latitude_degrees) <= 90 and -180 <= place.longitude_degrees <= 360):
        yield "the place is none: its latitude is from -90 to 90 degrees, its longitude from -180 to 360."
    if not profile.filters:
        yield "`filters` needs one at least: also without a wheel there is something in the beam."
    lists = camera.readout_modes, camera.readout_noise_of_modes, camera.readout_time_of_modes
    if len({len(each) for each in lists}) > 1 or not camera.readout_modes:
        yield "the camera's readout_modes, readout_noise_of_modes and readout_time_of_modes go together."
    if not camera.min_set_point_celsius <= camera.set_point_celsius <= camera.max_set_point_celsius:
        yield "the camera's set_point_celsius is not between its min_ and max_set_point_celsius."
    if camera.min_exposure_seconds > camera.max_exposure_seconds:
        yield "the camera's min_exposure_seconds is above its max_exposure_seconds."
    if max(focuser.starts_at_steps, focuser.max_increment_steps) > focuser.max_steps:
        yield "the focuser's starts_at_steps and max_increment_steps cannot be above its max_steps."
    for switch in profile.switches:
        if not switch.minimum <= switch.value <= switch.maximum or switch.minimum == switch.maximum:
            yield f"the switch {switch.name!r} has no value between its minimum and its maximum."


def _named(profile: Profile, name: str) -> Profile:
    return Profile(**{**profile.__dict__, "name": name})


def _find(name: str) -> Path:
    shipped = _SHIPPED / f"{name}.yaml"
    if name in profile_names():
        return shipped
    path = Path(name).expanduser()
    if not path.is_file():
        raise NoSuchProfile(name=name, known=", ".join(profile_names()))
    return path
