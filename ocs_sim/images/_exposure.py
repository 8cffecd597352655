"""What was exposed, when, of what and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ocs_sim.images._errors import BadFact
from ocs_sim.images._quantities import Number, icrs_degrees, keep_plain, unix_seconds

ImageType = Literal["light", "bias", "dark", "flat", "focus"]
IMAGE_TYPES: tuple[ImageType, ...] = ("light", "bias", "dark", "flat", "focus")


@dataclass(frozen=True)
class Exposure:
    """One exposure; a moment is unix seconds UTC, an astropy Time or an aware datetime.

    `start` is when the shutter opened, `end` when it closed, if that was not `duration_seconds` later.
    `sequence` counts from 1 within the `count` exposures of a series.
    """

    start: Any
    duration_seconds: Number
    image_type: ImageType = "light"
    end: Any = None
    number: int | None = None
    sequence: int | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        keep_plain(self)
        object.__setattr__(self, "start", unix_seconds(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", unix_seconds(self.end))
        if self.duration_seconds < 0:
            raise BadFact(what="duration_seconds", value=self.duration_seconds, reason="it is negative")
        if self.image_type not in IMAGE_TYPES:
            raise BadFact(
                what="image_type", value=self.image_type, reason=f"there are {', '.join(IMAGE_TYPES)}"
            )

    @property
    def closed(self) -> float:
        """When the shutter closed, unix seconds."""
        return float(self.start + self.duration_seconds if self.end is None else self.end)

    @property
    def middle(self) -> float:
        """The middle of the exposure, unix seconds."""
        return (float(self.start) + self.closed) / 2


@dataclass(frozen=True)
class Target:
    """What was to be observed, with its ICRS coordinates if it has any."""

    name: str
    ra_degrees: Number | None = None
    dec_degrees: Number | None = None

    def __post_init__(self) -> None:
        keep_plain(self)

    @classmethod
    def at(cls, coordinate: Any, name: str = "") -> Target:
        """Return a target at an astropy SkyCoord in any frame that knows its way to ICRS."""
        return cls(name, *icrs_degrees(coordinate))


@dataclass(frozen=True)
class Observer:
    """For whom an image was taken: a name, and Photon Ranch's user with id and project."""

    name: str = ""
    user_name: str = ""
    user_id: str = ""
    project: str = ""


@dataclass(frozen=True)
class Stack:
    """Photon Ranch's smart stack, which an exposure is a part of; `number` counts from 1 within `length`."""

    identity: str
    number: int = 1
    length: int = 1
