"""Going somewhere."""

from __future__ import annotations

from ocs_sim.alpaca import get, put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.telescope._targets import Targets


class Slewing(Targets):
    """The slews. Those without Async in their names are deprecated: they answer when the mount is there."""

    @put
    def SlewToCoordinatesAsync(self, RightAscension: float, Declination: float) -> None:
        """Start a slew to apparent coordinates (hours, degrees), which become the target."""
        hours, degrees = _checks.right_ascension(RightAscension), _checks.declination(Declination)
        self._mount.slew_to_equatorial(hours % 24.0, degrees)
        self._aim(hours, degrees)

    @put
    def SlewToTargetAsync(self) -> None:
        """Start a slew to the target."""
        self._refuse_when_parked()
        self.SlewToCoordinatesAsync(self.TargetRightAscension(), self.TargetDeclination())

    @put
    def SlewToAltAzAsync(self, Azimuth: float, Altitude: float) -> None:
        """Start a slew to horizontal coordinates in degrees, where the mount then stands still."""
        self._mount.slew_to_horizontal(Altitude, Azimuth)

    @put
    async def SlewToCoordinates(self, RightAscension: float, Declination: float) -> None:
        """Slew to apparent coordinates (hours, degrees) and answer there."""
        self.SlewToCoordinatesAsync(RightAscension, Declination)
        await self._until(lambda: not self._mount.slewing)

    @put
    async def SlewToTarget(self) -> None:
        """Slew to the target and answer there."""
        self.SlewToTargetAsync()
        await self._until(lambda: not self._mount.slewing)

    @put
    async def SlewToAltAz(self, Azimuth: float, Altitude: float) -> None:
        """Slew to horizontal coordinates in degrees and answer there."""
        self.SlewToAltAzAsync(Azimuth, Altitude)
        await self._until(lambda: not self._mount.slewing)

    @get
    def SlewSettleTime(self) -> float:
        """Return how long a slew lasts after the mount has arrived, in seconds."""
        return self._mount.settle_seconds

    @SlewSettleTime.put
    def _(self, SlewSettleTime: float) -> None:
        self._mount.settle_seconds = SlewSettleTime

    @put
    def AbortSlew(self) -> None:
        """Stop a slew, a homing or MoveAxis; the mount then tracks if it did before."""
        self._mount.abort()
