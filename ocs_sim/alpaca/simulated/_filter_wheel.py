"""The simulated filter wheel."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice


class FilterWheel(SimulatedDevice):
    """The filter wheel of a world as an ASCOM one (IFilterWheelV3)."""

    device_type = "FilterWheel"
    interface_version = 3
    state_members = ("Position",)

    @get
    def Names(self) -> list[str]:
        """Return the name of the filter in each slot."""
        return list(self.world.wheel.names)

    @get
    def FocusOffsets(self) -> list[int]:
        """Return by how many steps of the focuser each filter moves the focus."""
        return list(self.world.wheel.focus_offsets)

    @get
    def Position(self) -> int:
        """Return the slot in the beam, -1 while the wheel turns."""
        return self.world.wheel.position

    @Position.put
    def _(self, Position: int) -> None:
        self.world.wheel.set_position(Position)
