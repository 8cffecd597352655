"""What the sensor of the camera is."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get
from ocs_sim.alpaca.simulated.camera._part import CameraPart
from ocs_sim.ascom import SensorType

_NO_COLOURS = "the sensor is monochrome"


class Sensor(CameraPart):
    """The members which never change: sizes, limits and abilities."""

    @get
    def BayerOffsetX(self) -> int:
        """Refuse: a monochrome sensor has no Bayer matrix."""
        raise NotImplementedByDevice(_NO_COLOURS)

    @get
    def BayerOffsetY(self) -> int:
        """Refuse: a monochrome sensor has no Bayer matrix."""
        raise NotImplementedByDevice(_NO_COLOURS)

    @get
    def CameraXSize(self) -> int:
        """Return the width of the sensor in pixels."""
        return self._facts.width

    @get
    def CameraYSize(self) -> int:
        """Return the height of the sensor in pixels."""
        return self._facts.height

    @get
    def ElectronsPerADU(self) -> float:
        """Return the gain in electrons for each count."""
        return self._facts.electrons_per_adu

    @get
    def FullWellCapacity(self) -> float:
        """Return how many electrons a pixel holds."""
        return self._facts.full_well_electrons

    @get
    def HasShutter(self) -> bool:
        """Return whether the camera takes darks by itself."""
        return self._facts.has_shutter

    @get
    def MaxADU(self) -> int:
        """Return the greatest count."""
        return self._facts.max_adu

    @get
    def PixelSizeX(self) -> float:
        """Return the width of a pixel in micrometres."""
        return self._facts.pixel_micrometres

    @get
    def PixelSizeY(self) -> float:
        """Return the height of a pixel in micrometres."""
        return self._facts.pixel_micrometres

    @get
    def SensorName(self) -> str:
        """Return the name of the sensor."""
        return self._facts.name

    @get
    def SensorType(self) -> int:
        """Return that the sensor sees no colours."""
        return SensorType.MONOCHROME

    @get
    def ExposureMax(self) -> float:
        """Return the longest exposure in seconds."""
        return self._facts.max_exposure_seconds

    @get
    def ExposureMin(self) -> float:
        """Return the shortest exposure in seconds."""
        return self._facts.min_exposure_seconds

    @get
    def ExposureResolution(self) -> float:
        """Return the smallest difference of exposures in seconds."""
        return self._facts.exposure_resolution_seconds
