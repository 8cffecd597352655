"""What a camera is, as numbers of a profile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CameraProfile:
    """A CCD or CMOS camera: its pixels, their faults, its electronics, its shutter and its cooler."""

    name: str = "Simulated CCD"
    width: int = 1024
    height: int = 1024
    pixel_micrometres: float = 9.0
    full_well_electrons: float = 90000.0
    electrons_per_adu: float = 1.0
    read_noise_electrons: float = 6.0
    bias_adu: float = 1000.0
    bias_structure_adu: float = 1.5  # rms of the fixed offsets of columns
    max_adu: int = 65535
    pixel_response_rms: float = 0.006
    dark_electrons_per_second: float = 0.4  # at 0 C
    dark_doubling_celsius: float = 6.5
    dark_nonuniformity_rms: float = 0.08
    hot_pixel_fraction: float = 1e-4
    cosmic_rays_per_square_centimetre_minute: float = 1.5
    max_bin: int = 4
    binning: str = "ccd"  # "ccd" adds electrons before they are read, "cmos" adds numbers
    readout_seconds: float = 0.5  # of the full frame, unbinned, in the slow mode
    readout_noise_of_modes: tuple[float, ...] = (1.0, 1.5)  # times read_noise_electrons
    readout_time_of_modes: tuple[float, ...] = (1.0, 0.25)  # times readout_seconds
    readout_modes: tuple[str, ...] = ("normal", "fast")
    download_seconds: float = 0.05
    has_shutter: bool = True
    shutter_seconds: float = 0.02  # from the command until it is open; the same to close
    min_exposure_seconds: float = 0.0
    max_exposure_seconds: float = 3600.0
    exposure_resolution_seconds: float = 0.001
    cooler_time_constant_seconds: float = 2.0
    cooler_max_difference_celsius: float = 45.0
    cooler_mode: str = "normal"  # or overshoot, underdamped, never_reaches
    min_set_point_celsius: float = -60.0
    max_set_point_celsius: float = 30.0
    set_point_celsius: float = -10.0  # when the power comes on
