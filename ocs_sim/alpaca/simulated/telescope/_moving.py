"""Moving an axis at a rate."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get, put
from ocs_sim.alpaca.simulated.telescope._axes import Axis as MountAxis
from ocs_sim.alpaca.simulated.telescope._axes import checked_axis
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart


class Moving(TelescopePart):
    """MoveAxis and its rates."""

    @get
    def AxisRates(self, Axis: int) -> list[dict[str, float]]:
        """Return the ranges of rates that MoveAxis takes, in degrees per second, either sign."""
        if checked_axis(Axis) is MountAxis.TERTIARY:
            return []
        return [{"Minimum": 0.0, "Maximum": self.world.profile.mount.max_rate_degrees_per_second}]

    @put
    def MoveAxis(self, Axis: int, Rate: float) -> None:
        """Move an axis at a rate in degrees per second until the rate is set to 0."""
        axis = checked_axis(Axis)
        if axis is MountAxis.TERTIARY:
            raise NotImplementedByDevice("the mount has no tertiary axis")
        self._mount.move_axis(int(axis), Rate)
