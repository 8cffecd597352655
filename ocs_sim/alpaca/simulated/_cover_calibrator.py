"""The simulated cover and calibrator lamp."""

from __future__ import annotations

from ocs_sim.alpaca import get, put
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice
from ocs_sim.ascom import CalibratorState, CoverState
from ocs_sim.world import Faulted


class CoverCalibrator(SimulatedDevice):
    """The cover and the calibrator of a world as an ASCOM device (ICoverCalibratorV2)."""

    device_type = "CoverCalibrator"
    interface_version = 2
    state_members = ("Brightness", "CalibratorChanging", "CalibratorState", "CoverMoving", "CoverState")

    @get
    def CoverState(self) -> int:
        """Return where the cover stands, as a number of CoverStatus."""
        return CoverState[self.world.cover.cover_state.upper()]

    @get
    def CoverMoving(self) -> bool:
        """Return whether the cover moves; refuse when it could not finish."""
        state = self.CoverState()
        if state == CoverState.ERROR:
            raise Faulted(part="cover", reason="it is stuck")
        return state == CoverState.MOVING

    @get
    def CalibratorState(self) -> int:
        """Return what the lamp does, as a number of CalibratorStatus."""
        return CalibratorState[self.world.cover.calibrator_state.upper()]

    @get
    def CalibratorChanging(self) -> bool:
        """Return whether the lamp warms up or cools down."""
        return self.CalibratorState() == CalibratorState.NOT_READY

    @get
    def Brightness(self) -> int:
        """Return the brightness that the lamp was turned on with, 0 when it is off."""
        return self.world.cover.brightness_now

    @get
    def MaxBrightness(self) -> int:
        """Return the greatest brightness."""
        return self.world.profile.cover.max_brightness

    @put
    def OpenCover(self) -> None:
        """Start to open the cover."""
        self.world.cover.open()

    @put
    def CloseCover(self) -> None:
        """Start to close the cover."""
        self.world.cover.close()

    @put
    def HaltCover(self) -> None:
        """Stop the cover where it is."""
        self.world.cover.halt()

    @put
    def CalibratorOn(self, Brightness: int) -> None:
        """Turn the lamp on."""
        self.world.cover.on(Brightness)

    @put
    def CalibratorOff(self) -> None:
        """Turn the lamp off."""
        self.world.cover.off()
