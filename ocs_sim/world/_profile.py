"""What is simulated: the numbers of a whole observatory, from a YAML file."""

from __future__ import annotations

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
    if complaints or profile is None:
        raise ProfileFaulty(path=path, listing="\n".join(str(complaint) for complaint in complaints))
    return profile if profile.name else _named(profile, path.stem)


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
