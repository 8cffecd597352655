"""The detector that took an image and the optics before it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ocs_sim.images._errors import BadFact
from ocs_sim.images._quantities import Number, keep_plain

_ARCSECONDS_PER_RADIAN = math.degrees(1) * 3600


@dataclass(frozen=True)
class Detector:
    """A detector as it was read out.

    `width` and `height` are the whole sensor's, in unbinned pixels; `start_x` and `start_y` are where the
    subframe begins, in binned pixels from 0, as in Alpaca. `gain_setting` and `offset_setting` are the
    camera's own numbers; `electrons_per_adu` is what they come to.
    """

    name: str
    width: int
    height: int
    pixel_x_micrometres: Number
    pixel_y_micrometres: Number
    bin_x: int = 1
    bin_y: int = 1
    start_x: int = 0
    start_y: int = 0
    electrons_per_adu: Number | None = None
    read_noise_electrons: Number | None = None
    saturation_adu: Number | None = None
    full_well_electrons: Number | None = None
    gain_setting: int | None = None
    offset_setting: int | None = None
    readout_mode: str = ""
    sensor: str = ""
    temperature_celsius: Number | None = None
    set_point_celsius: Number | None = None
    cooler_percent: Number | None = None

    def __post_init__(self) -> None:
        keep_plain(self)
        if min(self.bin_x, self.bin_y, self.width, self.height) < 1:
            raise BadFact(what="a size or a binning", value=self, reason="it is less than 1")
        if min(self.start_x, self.start_y) < 0:
            raise BadFact(
                what="the subframe's start", value=(self.start_x, self.start_y), reason="it is negative"
            )


@dataclass(frozen=True)
class Optics:
    """The telescope and what stands between it and the detector, with the settings of an exposure.

    `mirrored`: seen with the first row at the bottom and north up, east is right, not left.
    """

    telescope: str
    focal_length_millimetres: Number | None = None
    aperture_millimetres: Number | None = None
    filter_name: str = ""
    focus_position_steps: int | None = None
    focus_temperature_celsius: Number | None = None
    rotator_degrees: Number | None = None
    mirrored: bool = False

    def __post_init__(self) -> None:
        keep_plain(self)


def pixel_scale_arcseconds(optics: Optics, detector: Detector) -> tuple[float, float]:
    """Return how much sky an unbinned pixel sees along x and y; raises BadFact without a focal length."""
    if not optics.focal_length_millimetres:
        raise BadFact(
            what="focal_length_millimetres", value=optics.focal_length_millimetres, reason="no scale without"
        )
    per_micrometre = _ARCSECONDS_PER_RADIAN / (float(optics.focal_length_millimetres) * 1000)
    return float(detector.pixel_x_micrometres) * per_micrometre, float(
        detector.pixel_y_micrometres
    ) * per_micrometre
