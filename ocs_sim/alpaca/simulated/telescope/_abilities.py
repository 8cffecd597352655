"""What the telescope says it can do: everything that the interface knows of."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated.telescope._axes import Axis, checked_axis
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart


class Abilities(TelescopePart):
    """The members whose names begin with Can."""

    @get
    def CanFindHome(self) -> bool:
        """Return that FindHome works."""
        return True

    @get
    def CanMoveAxis(self, Axis: int) -> bool:
        """Return whether MoveAxis works for an axis: for both that a telescope has."""
        return checked_axis(Axis) in _MOVABLE

    @get
    def CanPark(self) -> bool:
        """Return that Park works."""
        return True

    @get
    def CanPulseGuide(self) -> bool:
        """Return that PulseGuide works."""
        return True

    @get
    def CanSetDeclinationRate(self) -> bool:
        """Return that DeclinationRate can be set."""
        return True

    @get
    def CanSetGuideRates(self) -> bool:
        """Return that the guide rates can be set."""
        return True

    @get
    def CanSetPark(self) -> bool:
        """Return that SetPark works."""
        return True

    @get
    def CanSetPierSide(self) -> bool:
        """Return whether SideOfPier can be set, which flips a German mount."""
        return self._mount.is_german

    @get
    def CanSetRightAscensionRate(self) -> bool:
        """Return that RightAscensionRate can be set."""
        return True

    @get
    def CanSetTracking(self) -> bool:
        """Return that Tracking can be set."""
        return True

    @get
    def CanSlew(self) -> bool:
        """Return that the mount slews to equatorial coordinates."""
        return True

    @get
    def CanSlewAltAz(self) -> bool:
        """Return that the mount slews to horizontal coordinates."""
        return True

    @get
    def CanSlewAltAzAsync(self) -> bool:
        """Return that the mount slews to horizontal coordinates while the client does something else."""
        return True

    @get
    def CanSlewAsync(self) -> bool:
        """Return that the mount slews to equatorial coordinates while the client does something else."""
        return True

    @get
    def CanSync(self) -> bool:
        """Return that the mount can be told where it points, in equatorial coordinates."""
        return True

    @get
    def CanSyncAltAz(self) -> bool:
        """Return that the mount can be told where it points, in horizontal coordinates."""
        return True

    @get
    def CanUnpark(self) -> bool:
        """Return that Unpark works."""
        return True


_MOVABLE = (Axis.PRIMARY, Axis.SECONDARY)
