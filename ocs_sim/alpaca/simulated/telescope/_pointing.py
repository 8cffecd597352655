"""Where the telescope points and what it does."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart
from ocs_sim.ascom import PierSide
from ocs_sim.world import Parked

_SIDES = {"east": PierSide.EAST, "west": PierSide.WEST}
_NAMES = {number: name for name, number in _SIDES.items()}


class Pointing(TelescopePart):
    """The members which a client polls."""

    @get
    def Altitude(self) -> float:
        """Return the altitude in degrees, without refraction."""
        return self._mount.altitude_degrees

    @get
    def Azimuth(self) -> float:
        """Return the azimuth in degrees, north 0, east 90."""
        return self._mount.azimuth_degrees

    @get
    def RightAscension(self) -> float:
        """Return the apparent right ascension in hours."""
        return self._mount.right_ascension_hours

    @get
    def Declination(self) -> float:
        """Return the apparent declination in degrees."""
        return self._mount.declination_degrees

    @get
    def AtHome(self) -> bool:
        """Return whether the mount stands where FindHome took it."""
        return self._mount.at_home

    @get
    def AtPark(self) -> bool:
        """Return whether the mount is parked."""
        return self._mount.at_park

    @get
    def Slewing(self) -> bool:
        """Return whether a slew or MoveAxis moves the mount; guiding and tracking do not count."""
        return self._mount.slewing

    @get
    def SideOfPier(self) -> int:
        """Return the pointing state: 0 normal, 1 through the pole."""
        return _SIDES.get(self._mount.pier_side, PierSide.UNKNOWN)

    @SideOfPier.put
    def _(self, SideOfPier: int) -> None:
        side = _checks.one_of(PierSide, "SideOfPier", SideOfPier)
        _checks.within("SideOfPier", side, PierSide.EAST, PierSide.WEST)
        if not self._mount.is_german:
            raise NotImplementedByDevice("a fork has no other side: CanSetPierSide is false")
        with self.world.lock:
            if self._mount.at_park:
                raise Parked(part="mount", action="change sides")
            if _NAMES[side] != self._mount.pier_side:
                here = self._mount.right_ascension_hours, self._mount.declination_degrees
                self._mount.slew_to_equatorial(*here, pier_side=_NAMES[side])

    @get
    def DestinationSideOfPier(self, RightAscension: float, Declination: float) -> int:
        """Return the pointing state in which a slew to these coordinates would end now."""
        side = self._mount.destination_pier_side(
            _checks.right_ascension(RightAscension), _checks.declination(Declination)
        )
        return _SIDES[side]
