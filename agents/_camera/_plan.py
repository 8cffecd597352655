"""What is asked of the camera, checked against what it can do, before anything moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ocs_sim.agent import OperationFailed

from ._wheel import FilterNames

ImageType = Literal["light", "bias", "dark", "flat"]

_WITH_OPEN_SHUTTER = ("light", "flat")
_RECTANGLE = 4


class BadExposure(OperationFailed):
    """{text}"""


@dataclass(frozen=True, kw_only=True)
class ExposureRequest:
    """Exposures as an observer asks for them; `subframe` is x, y, width, height in pixels as binned.

    `part` says the same as fractions of width and height, x0, y0, x1, y1; `square` is the largest in the
    middle.
    """

    seconds: float
    count: int = 1
    filter: str | int | None = None
    binning: int = 1
    subframe: Sequence[int] | None = None
    part: Sequence[float] | Literal["square"] | None = None
    image_type: ImageType = "light"


@dataclass(frozen=True, kw_only=True)
class SensorFacts:
    """What the camera says of itself; sizes in pixels that are not binned."""

    width: int
    height: int
    most_binning: int = 1
    binnings: Sequence[int] | None = None
    shortest_seconds: float = 0.0
    longest_seconds: float = float("inf")
    has_shutter: bool = True


@dataclass(frozen=True, kw_only=True)
class ExposurePlan:
    """Exposures that the camera can take; the rectangle is in pixels as binned, `slot` None to leave it."""

    seconds: float
    count: int
    image_type: ImageType
    slot: int | None
    binning: int
    x: int
    y: int
    width: int
    height: int

    @property
    def light(self) -> bool:
        """Whether the shutter opens."""
        return self.image_type in _WITH_OPEN_SHUTTER

    @property
    def pixels(self) -> int:
        """How many pixels an image has."""
        return self.width * self.height


def make_plan(request: ExposureRequest, sensor: SensorFacts, filters: FilterNames) -> ExposurePlan:
    """Return what to do; raises BadExposure whose text names every fault."""
    faults = [*_time_faults(request, sensor), *_geometry_faults(request, sensor), *_part_faults(request)]
    slot = None
    if request.filter is not None:
        try:
            slot = filters.find(request.filter)
        except ValueError as fault:
            faults.append(str(fault))
    if faults:
        raise BadExposure("; ".join(faults))
    x, y, width, height = _rectangle(request, sensor)
    return ExposurePlan(
        seconds=_seconds(request),
        count=request.count,
        image_type=request.image_type,
        slot=slot,
        binning=request.binning,
        x=x,
        y=y,
        width=width,
        height=height,
    )


def _seconds(request: ExposureRequest) -> float:
    return 0.0 if request.image_type == "bias" else request.seconds


def _time_faults(request: ExposureRequest, sensor: SensorFacts) -> Iterator[str]:
    if request.image_type == "bias":
        if request.seconds > 0:
            yield f"a bias is exposed for 0 s, not {request.seconds:g} s (image_type dark is for longer)"
        return
    if not sensor.shortest_seconds <= request.seconds <= sensor.longest_seconds:
        allowed = f"{sensor.shortest_seconds:g} to {sensor.longest_seconds:g} s"
        yield f"the camera exposes for {allowed}, not {request.seconds:g} s"


def _geometry_faults(request: ExposureRequest, sensor: SensorFacts) -> Iterator[str]:
    possible = sensor.binnings or range(1, sensor.most_binning + 1)
    if request.binning not in possible:
        yield f"the camera bins by {', '.join(map(str, possible))}, not by {request.binning}"
    elif request.subframe is not None:
        yield from _subframe_faults(request.subframe, sensor, request.binning)


def _subframe_faults(subframe: Sequence[int], sensor: SensorFacts, binning: int) -> Iterator[str]:
    if len(subframe) != _RECTANGLE:
        yield f"a subframe is x, y, width, height, not {len(subframe)} numbers"
        return
    x, y, width, height = subframe
    columns, rows = sensor.width // binning, sensor.height // binning
    if width < 1 or height < 1:
        yield f"a subframe of {width} x {height} pixels has none"
    elif x < 0 or y < 0 or x + width > columns or y + height > rows:
        yield f"subframe {x}, {y}, {width}, {height} is not within the {columns} x {rows} binned pixels"


def _part_faults(request: ExposureRequest) -> Iterator[str]:
    part = request.part
    if part is not None and request.subframe is not None:
        yield "give a subframe or a part, not both"
    if part is None or part == "square":
        return
    in_order = len(part) == _RECTANGLE and 0 <= part[0] < part[2] <= 1 and 0 <= part[1] < part[3] <= 1
    if not in_order:
        yield "a part is x0, y0, x1, y1 from 0 to 1, the first two less than the last two"


def _rectangle(request: ExposureRequest, sensor: SensorFacts) -> tuple[int, int, int, int]:
    if request.part is not None:
        return _part(request.part, sensor.width // request.binning, sensor.height // request.binning)
    if request.subframe is None:
        return 0, 0, sensor.width // request.binning, sensor.height // request.binning
    x, y, width, height = request.subframe
    return x, y, width, height


def _part(part: Sequence[float] | str, columns: int, rows: int) -> tuple[int, int, int, int]:
    if isinstance(part, str):
        side = min(columns, rows)
        return (columns - side) // 2, (rows - side) // 2, side, side
    left, low = min(int(part[0] * columns), columns - 1), min(int(part[1] * rows), rows - 1)
    right, high = max(round(part[2] * columns), left + 1), max(round(part[3] * rows), low + 1)
    return left, low, min(right, columns) - left, min(high, rows) - low
