"""Coming home."""

from __future__ import annotations

from ocs_sim.alpaca import put
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart


class Parking(TelescopePart):
    """Park and home, which Slewing, AtPark and AtHome complete."""

    @put
    def Park(self) -> None:
        """Start to go to the park position, where the mount then stays; do nothing when it is there."""
        if not self._mount.at_park:
            self._mount.park()

    @put
    def Unpark(self) -> None:
        """Let the mount move again."""
        self._mount.unpark()

    @put
    def SetPark(self) -> None:
        """Park from now on where the mount stands."""
        self._mount.set_park_here()

    @put
    def FindHome(self) -> None:
        """Start to go to the home position."""
        self._mount.find_home()
