"""How clients say where to point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ocs_sim.agent import Unit
from ocs_sim.almanac import parse_angle, parse_declination, parse_right_ascension

Frame = Literal["icrs", "fk5", "galactic", "apparent"]


def _checked_by(read: Callable[[float | str], Any]) -> AfterValidator:
    """Let through what `read` reads, as it was written: a longitude's meaning depends on its frame."""

    def check(value: float | str) -> float | str:
        read(value)
        return value

    return AfterValidator(check)


def _read_altitude(value: float | str) -> None:
    if not -90.0 <= parse_angle(value, what="altitude") <= 90.0:
        raise ValueError("an altitude is -90 to 90 degrees")


def _read_azimuth(value: float | str) -> None:
    if not -360.0 <= parse_angle(value, what="azimuth") <= 360.0:
        raise ValueError("an azimuth is 0 to 360 degrees")


RightAscension = Annotated[float | str, _checked_by(parse_right_ascension), Unit("deg")]
Declination = Annotated[float | str, _checked_by(parse_declination), Unit("deg")]
Altitude = Annotated[float | str, _checked_by(_read_altitude), Unit("deg")]
Azimuth = Annotated[float | str, _checked_by(_read_azimuth), Unit("deg")]
Arcseconds = Annotated[float, Field(ge=-648_000, le=648_000), Unit("arcsec")]
ArcsecondsPerSecond = Annotated[float, Field(ge=-3600, le=3600), Unit("arcsec/s")]
