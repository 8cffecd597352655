"""What the camera says it can do."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated.camera._part import CameraPart


class Abilities(CameraPart):
    """The members whose names begin with Can."""

    @get
    def CanAbortExposure(self) -> bool:
        """Return that AbortExposure works."""
        return True

    @get
    def CanAsymmetricBin(self) -> bool:
        """Return that BinX and BinY may differ."""
        return True

    @get
    def CanFastReadout(self) -> bool:
        """Return that there is no fast readout beside the readout modes."""
        return False

    @get
    def CanGetCoolerPower(self) -> bool:
        """Return that CoolerPower can be read."""
        return True

    @get
    def CanPulseGuide(self) -> bool:
        """Return that the camera has a guide port, which is wired to the mount."""
        return True

    @get
    def CanSetCCDTemperature(self) -> bool:
        """Return that the camera is cooled."""
        return True

    @get
    def CanStopExposure(self) -> bool:
        """Return that StopExposure works."""
        return True
