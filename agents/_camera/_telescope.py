"""The telescope before the camera: as the site file says, or else as its driver does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from ocs_sim.images import Site
from ocs_sim.site import SiteIdentity

from .._device import DeviceError, DeviceLink
from ._rig import ask

_MILLIMETRES = 1000.0


@dataclass(frozen=True, kw_only=True)
class TelescopeFacts:
    """What is known of the telescope and where it stands; None is what nobody told."""

    name: str = ""
    focal_length_metres: float | None = None
    aperture_metres: float | None = None
    latitude_degrees: float | None = None
    longitude_degrees: float | None = None
    elevation_metres: float | None = None

    @property
    def focal_ratio(self) -> float | None:
        """Focal length over aperture."""
        if not self.focal_length_metres or not self.aperture_metres:
            return None
        return self.focal_length_metres / self.aperture_metres

    @property
    def focal_length_millimetres(self) -> float | None:
        """The focal length in millimetres."""
        return self.focal_length_metres * _MILLIMETRES if self.focal_length_metres else None

    @property
    def aperture_millimetres(self) -> float | None:
        """The aperture in millimetres."""
        return self.aperture_metres * _MILLIMETRES if self.aperture_metres else None

    def site(self, code: str, name: str = "") -> Site | None:
        """Return the place; None if it is not wholly known."""
        if self.latitude_degrees is None or self.longitude_degrees is None or self.elevation_metres is None:
            return None
        return Site(code, self.latitude_degrees, self.longitude_degrees, self.elevation_metres, name)


_MEMBERS = {
    "name": "Name",
    "focal_length_metres": "FocalLength",
    "aperture_metres": "ApertureDiameter",
    "latitude_degrees": "SiteLatitude",
    "longitude_degrees": "SiteLongitude",
    "elevation_metres": "SiteElevation",
}


def complete(
    told: TelescopeFacts, link: DeviceLink | None, identity: SiteIdentity | None = None
) -> TelescopeFacts:
    """Return what the options tell, else what the driver says if it answers, else the site file's place."""
    known = told if link is None else _asked(told, link)
    if identity is None or known.site("any") is not None:
        return known
    # A place is taken as a whole: half of one and half of another would be nowhere.
    return replace(
        known,
        latitude_degrees=identity.latitude_deg,
        longitude_degrees=identity.longitude_deg,
        elevation_metres=identity.elevation_m,
    )


def _asked(told: TelescopeFacts, link: DeviceLink) -> TelescopeFacts:
    missing = {name: member for name, member in _MEMBERS.items() if getattr(told, name) in (None, "")}
    try:
        answers = {name: ask(link, attrgetter(member)) for name, member in missing.items()}
    except DeviceError:
        return told
    return replace(told, **{name: _plain(answer) for name, answer in answers.items() if answer is not None})


def _plain(answer: Any) -> Any:
    return answer if isinstance(answer, str) else float(answer)
