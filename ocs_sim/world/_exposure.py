"""What an exposure is asked to be, and when what of it happens."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ocs_sim.world._detector_profile import CameraProfile
from ocs_sim.world._errors import OutOfRange


@dataclass(frozen=True)
class ExposureRequest:
    """One exposure: start, width and height count binned pixels; no width or height is all that is left."""

    duration_seconds: float
    light: bool = True
    start_x: int = 0
    start_y: int = 0
    width: int | None = None
    height: int | None = None
    bin_x: int = 1
    bin_y: int = 1
    readout_mode: int = 0

    @property
    def rows(self) -> slice:
        """The unbinned rows that are read."""
        return slice(self.start_y * self.bin_y, (self.start_y + (self.height or 0)) * self.bin_y)

    @property
    def columns(self) -> slice:
        """The unbinned columns that are read."""
        return slice(self.start_x * self.bin_x, (self.start_x + (self.width or 0)) * self.bin_x)


def checked(request: ExposureRequest, camera: CameraProfile) -> ExposureRequest:
    """Return the request with its width and height, or raise OutOfRange."""
    _within("The binning in x", request.bin_x, 1, camera.max_bin)
    _within("The binning in y", request.bin_y, 1, camera.max_bin)
    _within("The readout mode", request.readout_mode, 0, len(camera.readout_modes) - 1)
    _within("The exposure time", request.duration_seconds, 0, camera.max_exposure_seconds, " s")
    columns, rows = camera.width // request.bin_x, camera.height // request.bin_y
    _within("The first column", request.start_x, 0, columns - 1)
    _within("The first row", request.start_y, 0, rows - 1)
    width = columns - request.start_x if request.width is None else request.width
    height = rows - request.start_y if request.height is None else request.height
    _within("The width", width, 1, columns - request.start_x)
    _within("The height", height, 1, rows - request.start_y)
    return replace(request, width=width, height=height)


def _within(what: str, value: float, low: float, high: float, unit: str = "") -> None:
    if not low <= value <= high:
        raise OutOfRange(what=what, value=f"{value}{unit}", allowed=f"{low} to {high}{unit}")


@dataclass(frozen=True)
class Exposure:
    """One exposure's moments, unix seconds of the world's clock: `number` counts from 1."""

    number: int
    request: ExposureRequest
    commanded_unix: float
    opened_unix: float
    closed_unix: float
    read_unix: float
    ready_unix: float

    @property
    def duration_seconds(self) -> float:
        """How long light was gathered."""
        return self.closed_unix - self.opened_unix

    def stopped(self, unix: float, camera: CameraProfile) -> Exposure:
        """Return this exposure with the shutter closed at `unix`, when that is earlier."""
        closed = max(self.opened_unix, min(self.closed_unix, unix))
        return timed(self.number, self.request, self.commanded_unix, closed - self.opened_unix, camera)


def timed(
    number: int, request: ExposureRequest, commanded: float, duration: float, camera: CameraProfile
) -> Exposure:
    """Return the moments of a checked request that is begun at `commanded`."""
    opened = commanded + _shutter_seconds(request, camera)
    closed = opened + duration
    rows = (request.height or 0) * request.bin_y / camera.height
    pace = camera.readout_time_of_modes[request.readout_mode] / request.bin_y
    read = closed + _shutter_seconds(request, camera) + camera.readout_seconds * rows * pace
    return Exposure(number, request, commanded, opened, closed, read, read + camera.download_seconds)


def read_noise_electrons(request: ExposureRequest, camera: CameraProfile) -> float:
    """Return the read noise of a pixel of an image: numbers that are added up bring the noise of each."""
    of_one = camera.read_noise_electrons * camera.readout_noise_of_modes[request.readout_mode]
    return of_one * math.sqrt(_read_in_a_pixel(request, camera))


def bias_adu(request: ExposureRequest, camera: CameraProfile) -> float:
    """Return the level of the bias in an image: numbers that are added up bring the bias of each."""
    return camera.bias_adu * _read_in_a_pixel(request, camera)


def _read_in_a_pixel(request: ExposureRequest, camera: CameraProfile) -> int:
    return 1 if camera.binning == "ccd" else request.bin_x * request.bin_y


def _shutter_seconds(request: ExposureRequest, camera: CameraProfile) -> float:
    return camera.shutter_seconds if request.light and camera.has_shutter else 0.0
