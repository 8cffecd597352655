"""What does not change while a mount is connected: where it stands and in what coordinates it thinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ocs_sim.almanac import Place, apparent_to_icrs, icrs_to_apparent

from .._device import DeviceError, DeviceLink, is_lacking
from ._errors import UnusableMount
from ._options import MountOptions

# ASCOM's EquatorialCoordinateType.
_TOPOCENTRIC, _J2000 = 1, 2
_SYSTEMS = {0: _TOPOCENTRIC, _TOPOCENTRIC: _TOPOCENTRIC, _J2000: _J2000}
_SYSTEM_NAMES = {3: "J2050", 4: "B1950"}
_ALT_AZ = 0


@dataclass(frozen=True, slots=True)
class MountFacts:
    """Where the mount stands; whether it takes J2000 or apparent coordinates; whether its axes are alt-az."""

    place: Place
    is_j2000: bool
    is_alt_az: bool
    can_slew_alt_az: bool

    def to_device(self, ra_degrees: float, dec_degrees: float, unix: float) -> tuple[float, float]:
        """Return degrees as the mount takes them, from ICRS. J2000 and ICRS are 0.02 arcsec apart."""
        return (ra_degrees, dec_degrees) if self.is_j2000 else icrs_to_apparent(ra_degrees, dec_degrees, unix)

    def to_icrs(self, ra_degrees: float, dec_degrees: float, unix: float) -> tuple[float, float]:
        """Return ICRS degrees of what the mount says."""
        return (ra_degrees, dec_degrees) if self.is_j2000 else apparent_to_icrs(ra_degrees, dec_degrees, unix)


def read_facts(link: DeviceLink, options: MountOptions) -> MountFacts:
    """Ask the mount; options come before what it says. Raises DeviceError."""
    place = Place(
        _given(options.latitude, link, lambda device: device.SiteLatitude, "latitude"),
        _given(options.longitude, link, lambda device: device.SiteLongitude, "longitude"),
        _given(options.elevation, link, lambda device: device.SiteElevation, "elevation"),
    )
    system = int(_optional(link, lambda device: device.EquatorialSystem.value, _TOPOCENTRIC))
    if system not in _SYSTEMS:
        name = _SYSTEM_NAMES.get(system, str(system))
        fault = f"it takes coordinates of {name}, and only apparent and J2000 ones can be given"
        raise UnusableMount(device=link.device, fault=fault)
    return MountFacts(
        place=place,
        is_j2000=_SYSTEMS[system] == _J2000,
        is_alt_az=_optional(link, lambda device: device.AlignmentMode.value, None) == _ALT_AZ,
        can_slew_alt_az=bool(_optional(link, lambda device: device.CanSlewAltAzAsync, False)),  # noqa: FBT003
    )


def _given(value: float | None, link: DeviceLink, ask: Callable[[Any], Any], name: str) -> float:
    told = value if value is not None else _optional(link, ask, None)
    if told is None:
        fault = f"it does not know its {name}; give the agent --{name}"
        raise UnusableMount(device=link.device, fault=fault)
    return float(told)


def _optional(link: DeviceLink, ask: Callable[[Any], Any], default: Any) -> Any:
    try:
        return link.read(ask)
    except DeviceError as fault:
        if not is_lacking(fault):
            raise
        return default
