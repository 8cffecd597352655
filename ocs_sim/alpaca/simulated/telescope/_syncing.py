"""Telling the telescope where it points."""

from __future__ import annotations

from ocs_sim.alpaca import put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.telescope._targets import Targets


class Syncing(Targets):
    """The syncs; each copies its coordinates into the target."""

    @put
    def SyncToCoordinates(self, RightAscension: float, Declination: float) -> None:
        """Let the mount say that it points to these apparent coordinates (hours, degrees)."""
        hours, degrees = _checks.right_ascension(RightAscension), _checks.declination(Declination)
        self._mount.sync_to_equatorial(hours % 24.0, degrees)
        self._aim(hours, degrees)

    @put
    def SyncToTarget(self) -> None:
        """Let the mount say that it points to the target."""
        self._refuse_when_parked()
        self.SyncToCoordinates(self.TargetRightAscension(), self.TargetDeclination())

    @put
    def SyncToAltAz(self, Azimuth: float, Altitude: float) -> None:
        """Let the mount say that it points to these horizontal coordinates (degrees)."""
        self._mount.sync_to_horizontal(Altitude, Azimuth)
