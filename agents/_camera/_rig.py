"""The devices of one camera agent: the camera, and what else of the instrument there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from .._device import DeviceLink, DeviceMisbehaved, DeviceRefused, is_lacking
from ._errors import NotThere

Value = TypeVar("Value")


@dataclass(frozen=True)
class Rig:
    """Links to the devices; None for what this camera does not have. `telescope` is only asked what it is."""

    camera: DeviceLink
    filterwheel: DeviceLink | None = None
    focuser: DeviceLink | None = None
    rotator: DeviceLink | None = None
    covercalibrator: DeviceLink | None = None
    telescope: DeviceLink | None = None

    def need(self, device: str) -> DeviceLink:
        """Return the link to a device by its name here; raises NotThere."""
        link: DeviceLink | None = getattr(self, device)
        if link is None:
            raise NotThere(device=device)
        return link

    def has(self, device: str) -> bool:
        """Return whether there is such a device."""
        return getattr(self, device) is not None

    @property
    def links(self) -> Iterator[DeviceLink]:
        """All links that there are."""
        return (each for each in vars(self).values() if each is not None)


def ask(link: DeviceLink, question: Callable[[Any], Value]) -> Value | None:
    """Return what a device answers, None if it does not know; raises DeviceError when nobody answers."""
    try:
        return link.read(question)
    except (DeviceRefused, DeviceMisbehaved) as fault:
        if isinstance(fault, DeviceRefused) or is_lacking(fault):
            return None
        raise
