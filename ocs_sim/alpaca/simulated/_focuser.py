"""The simulated focuser."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get, put
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice


class Focuser(SimulatedDevice):
    """The focuser of a world as an ASCOM one (IFocuserV4), which knows where it stands."""

    device_type = "Focuser"
    interface_version = 4
    state_members = ("IsMoving", "Position", "Temperature")

    @get
    def Absolute(self) -> bool:
        """Return that Move takes a position, not a distance."""
        return True

    @get
    def IsMoving(self) -> bool:
        """Return whether the focuser moves."""
        return self.world.focuser.moving

    @get
    def MaxIncrement(self) -> int:
        """Return how many steps one Move may go."""
        return self.world.profile.focuser.max_increment_steps

    @get
    def MaxStep(self) -> int:
        """Return the last position in steps; the first is 0."""
        return self.world.profile.focuser.max_steps

    @get
    def Position(self) -> int:
        """Return the position in steps."""
        return self.world.focuser.position

    @get
    def StepSize(self) -> float:
        """Return the size of a step in micrometres."""
        return self.world.profile.focuser.step_micrometres

    @get
    def TempComp(self) -> bool:
        """Return False: the focuser does not follow the temperature by itself."""
        return False

    @TempComp.put
    def _(self, TempComp: bool) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(
            "the focuser does not follow the temperature: TempCompAvailable is false"
        )

    @get
    def TempCompAvailable(self) -> bool:
        """Return that the focuser does not follow the temperature by itself."""
        return False

    @get
    def Temperature(self) -> float:
        """Return the temperature at the focuser in degrees Celsius."""
        return self.world.focuser.temperature_celsius

    @put
    def Halt(self) -> None:
        """Stop where the focuser is."""
        self.world.focuser.halt()

    @put
    def Move(self, Position: int) -> None:
        """Start to move to a position in steps."""
        self.world.focuser.move(Position)
