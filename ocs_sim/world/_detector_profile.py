"""What a camera is, as numbers of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from ocs_sim.world._nodes import Fraction, NotNegative, Positive, Range


@dataclass(frozen=True)
class CameraProfile:
    """A CCD or CMOS camera: its pixels, their faults, its electronics, its shutter and its cooler."""

    name: str = "Simulated CCD"
    width: Annotated[int, Range(1, 32768)] = 1024
    height: Annotated[int, Range(1, 32768)] = 1024
    pixel_micrometres: Positive = 9.0
    full_well_electrons: Positive = 90000.0
    electrons_per_adu: Positive = 1.0
    read_noise_electrons: NotNegative = 6.0
    bias_adu: NotNegative = 1000.0
    bias_structure_adu: NotNegative = 1.5  # rms of the fixed offsets of columns
    max_adu: Annotated[int, Range(1, 65535)] = 65535
    pixel_response_rms: Fraction = 0.006
    dark_electrons_per_second: NotNegative = 0.4  # at 0 C
    dark_doubling_celsius: Positive = 6.5
    dark_nonuniformity_rms: Fraction = 0.08
    hot_pixel_fraction: Fraction = 1e-4
    cosmic_rays_per_square_centimetre_minute: NotNegative = 1.5
    max_bin: Annotated[int, Range(1, 64)] = 4
    binning: Literal["ccd", "cmos"] = "ccd"  # "ccd" adds electrons before they are read, "cmos" adds numbers
    readout_seconds: NotNegative = 0.5  # of the full frame, unbinned, in the slow mode
    readout_noise_of_modes: tuple[NotNegative, ...] = (1.0, 1.5)  # times read_noise_electrons
    readout_time_of_modes: tuple[NotNegative, ...] = (1.0, 0.25)  # times readout_seconds
    readout_modes: tuple[str, ...] = ("normal", "fast")
    download_seconds: NotNegative = 0.05
    has_shutter: bool = True
    shutter_seconds: NotNegative = 0.02  # from the command until it is open; the same to close
    min_exposure_seconds: NotNegative = 0.0
    max_exposure_seconds: Positive = 3600.0
    exposure_resolution_seconds: Positive = 0.001
    cooler_time_constant_seconds: Positive = 2.0
    cooler_max_difference_celsius: NotNegative = 45.0
    cooler_mode: Literal["normal", "overshoot", "underdamped", "never_reaches"] = "normal"
    min_set_point_celsius: float = -60.0
    max_set_point_celsius: float = 30.0
    set_point_celsius: float = -10.0  # when the power comes on
