"""The simulated rotator."""

from __future__ import annotations

from ocs_sim.alpaca import get, put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice


class Rotator(SimulatedDevice):
    """The rotator of a world as an ASCOM one (IRotatorV4)."""

    device_type = "Rotator"
    interface_version = 4
    state_members = ("IsMoving", "MechanicalPosition", "Position")

    @get
    def CanReverse(self) -> bool:
        """Return that the sense of rotation can be reversed."""
        return True

    @get
    def IsMoving(self) -> bool:
        """Return whether the rotator turns."""
        return self.world.rotator.moving

    @get
    def MechanicalPosition(self) -> float:
        """Return the angle of the rotator itself in degrees."""
        return self.world.rotator.mechanical

    @get
    def Position(self) -> float:
        """Return the position angle in degrees, as the latest Sync defines it."""
        return self.world.rotator.position

    @get
    def StepSize(self) -> float:
        """Return the smallest step in degrees."""
        return self.world.profile.rotator.step_degrees

    @get
    def TargetPosition(self) -> float:
        """Return where the rotator turns to, or has turned to, in degrees."""
        return self.world.rotator.target

    @get
    def Reverse(self) -> bool:
        """Return whether the position angle grows against the rotator's own sense."""
        return self.world.rotator.reversed

    @Reverse.put
    def _(self, Reverse: bool) -> None:
        self.world.rotator.set_reversed(Reverse)

    @put
    def Halt(self) -> None:
        """Stop where the rotator is."""
        self.world.rotator.halt()

    @put
    def Move(self, Position: float) -> None:
        """Start to turn by so many degrees."""
        self.world.rotator.move(Position)

    @put
    def MoveAbsolute(self, Position: float) -> None:
        """Start to turn to a position angle in degrees."""
        self.world.rotator.move_absolute(_checks.below_full_circle("Position", Position))

    @put
    def MoveMechanical(self, Position: float) -> None:
        """Start to turn to an angle of the rotator itself in degrees."""
        self.world.rotator.move_mechanical(_checks.below_full_circle("Position", Position))

    @put
    def Sync(self, Position: float) -> None:
        """Let the rotator say that its position angle is this one, in degrees."""
        self.world.rotator.sync(_checks.below_full_circle("Position", Position))
