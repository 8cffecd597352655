"""Values that follow from how the devices stand when a step begins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from ._pixels import sky_of_pixel

_DEGREES_PER_HOUR = 15.0


class Surroundings(Protocol):
    """What a step may look at; each raises UnknownNow for what nobody tells."""

    async def reading(self, agent: str, name: str) -> float:
        """Return a number that the monitor of an agent told last."""
        ...

    async def sun_azimuth(self) -> float:
        """Return the Sun's azimuth in degrees, by the mount's clock."""
        ...

    async def header(self, image: str) -> Mapping[str, Any]:
        """Return the header of an image of this site."""
        ...


async def _turned_by(value: Any, _: Mapping[str, Any], around: Surroundings) -> float:
    return (await around.reading("camera", "rotator_angle") + float(value)) % 360.0


async def _from_hour_angle(value: Any, _: Mapping[str, Any], around: Surroundings) -> float:
    sidereal_hours = await around.reading("mount", "sidereal_time")
    return (_DEGREES_PER_HOUR * (sidereal_hours - float(value))) % 360.0


async def _pixel_ra(_: Any, params: Mapping[str, Any], around: Surroundings) -> float:
    return (await _pixel(params, around))[0]


async def _pixel_dec(_: Any, params: Mapping[str, Any], around: Surroundings) -> float:
    return (await _pixel(params, around))[1]


async def _pixel(params: Mapping[str, Any], around: Surroundings) -> tuple[float, float]:
    header = await around.header(str(params.get("base_filename") or ""))
    return sky_of_pixel(header, float(params["image_x"]), float(params["image_y"]))


async def _flat_azimuth(_: Any, __: Mapping[str, Any], around: Surroundings) -> float:
    return (await around.sun_azimuth() + 180.0) % 360.0


LATE: Mapping[str, Callable[[Any, Mapping[str, Any], Surroundings], Awaitable[float]]] = {
    "turned_by": _turned_by,
    "from_hour_angle": _from_hour_angle,
    "pixel_ra": _pixel_ra,
    "pixel_dec": _pixel_dec,
    "flat_azimuth": _flat_azimuth,
}
