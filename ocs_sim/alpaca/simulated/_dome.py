"""The simulated dome."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get, put
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice
from ocs_sim.ascom import ShutterState


class DomeState(SimulatedDevice):
    """What the dome of a world does, and what it can do."""

    @get
    def Azimuth(self) -> float:
        """Return the azimuth of the slit in degrees."""
        return self.world.dome.azimuth_degrees

    @get
    def Altitude(self) -> float:
        """Refuse: the shutter is open or shut, not half so at a wanted altitude."""
        raise NotImplementedByDevice("the shutter cannot be driven to an altitude")

    @get
    def AtHome(self) -> bool:
        """Return whether the dome stands where FindHome took it."""
        return self.world.dome.at_home

    @get
    def AtPark(self) -> bool:
        """Return whether the dome stands where Park took it."""
        return self.world.dome.at_park

    @get
    def ShutterStatus(self) -> int:
        """Return 0 open, 1 closed, 2 opening, 3 closing or 4 when it is stuck."""
        return ShutterState[self.world.dome.shutter.upper()]

    @get
    def Slewing(self) -> bool:
        """Return whether the dome turns or its shutter moves."""
        return self.world.dome.slewing

    @get
    def Slaved(self) -> bool:
        """Return False: who follows the telescope with the dome is the client."""
        return False

    @Slaved.put
    def _(self, Slaved: bool) -> None:
        if Slaved:
            raise NotImplementedByDevice("the dome does not follow a telescope by itself: CanSlave is false")


class DomeAbilities(SimulatedDevice):
    """The members whose names begin with Can."""

    @get
    def CanFindHome(self) -> bool:
        """Return that FindHome works."""
        return True

    @get
    def CanPark(self) -> bool:
        """Return that Park works."""
        return True

    @get
    def CanSetAltitude(self) -> bool:
        """Return that the shutter cannot be driven to an altitude."""
        return False

    @get
    def CanSetAzimuth(self) -> bool:
        """Return that SlewToAzimuth works."""
        return True

    @get
    def CanSetPark(self) -> bool:
        """Return that SetPark works."""
        return True

    @get
    def CanSetShutter(self) -> bool:
        """Return that the shutter opens and closes."""
        return True

    @get
    def CanSlave(self) -> bool:
        """Return that the dome does not follow a telescope by itself."""
        return False

    @get
    def CanSyncAzimuth(self) -> bool:
        """Return that SyncToAzimuth works."""
        return True


class Dome(DomeState, DomeAbilities):
    """The dome of a world as an ASCOM dome (IDomeV3)."""

    device_type = "Dome"
    interface_version = 3
    state_members = ("Altitude", "AtHome", "AtPark", "Azimuth", "ShutterStatus", "Slewing")

    @put
    def SlewToAzimuth(self, Azimuth: float) -> None:
        """Start to turn the slit to an azimuth in degrees."""
        self.world.dome.slew_to_azimuth(Azimuth)

    @put
    def SlewToAltitude(self, Altitude: float) -> None:  # noqa: ARG002
        """Refuse: the shutter is open or shut."""
        raise NotImplementedByDevice("the shutter cannot be driven to an altitude: CanSetAltitude is false")

    @put
    def SyncToAzimuth(self, Azimuth: float) -> None:
        """Let the dome say that its slit is at this azimuth in degrees."""
        self.world.dome.sync(Azimuth)

    @put
    def OpenShutter(self) -> None:
        """Start to open the shutter."""
        self.world.dome.open_shutter()

    @put
    def CloseShutter(self) -> None:
        """Start to close the shutter."""
        self.world.dome.close_shutter()

    @put
    def AbortSlew(self) -> None:
        """Stop the dome and its shutter."""
        self.world.dome.abort()

    @put
    def Park(self) -> None:
        """Start to turn to the park position."""
        self.world.dome.park()

    @put
    def SetPark(self) -> None:
        """Park from now on where the slit is."""
        self.world.dome.set_park_here()

    @put
    def FindHome(self) -> None:
        """Start to turn to the home position."""
        self.world.dome.find_home()
