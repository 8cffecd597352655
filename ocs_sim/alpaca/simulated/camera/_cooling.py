"""The cooler of the camera."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated.camera._part import CameraPart


class Cooling(CameraPart):
    """The members of the cooler; temperatures in degrees Celsius."""

    @get
    def CCDTemperature(self) -> float:
        """Return the temperature of the sensor."""
        return self._camera.temperature_celsius

    @get
    def HeatSinkTemperature(self) -> float:
        """Return the temperature of the heat sink."""
        return self._camera.heat_sink_celsius

    @get
    def CoolerPower(self) -> float:
        """Return the power of the cooler in percent."""
        return self._camera.cooler_power_percent

    @get
    def CoolerOn(self) -> bool:
        """Return whether the cooler is on."""
        return self._camera.cooler_on

    @CoolerOn.put
    def _(self, CoolerOn: bool) -> None:
        self._camera.cooler_on = CoolerOn

    @get
    def SetCCDTemperature(self) -> float:
        """Return the temperature to which the cooler takes the sensor."""
        return self._camera.set_point_celsius

    @SetCCDTemperature.put
    def _(self, SetCCDTemperature: float) -> None:
        self._camera.set_point_celsius = SetCCDTemperature
