"""The simulated telescope."""

from __future__ import annotations

from ocs_sim.alpaca.simulated.telescope._abilities import Abilities
from ocs_sim.alpaca.simulated.telescope._guiding import Guiding
from ocs_sim.alpaca.simulated.telescope._moving import Moving
from ocs_sim.alpaca.simulated.telescope._parking import Parking
from ocs_sim.alpaca.simulated.telescope._pointing import Pointing
from ocs_sim.alpaca.simulated.telescope._site import Site
from ocs_sim.alpaca.simulated.telescope._slewing import Slewing
from ocs_sim.alpaca.simulated.telescope._syncing import Syncing
from ocs_sim.alpaca.simulated.telescope._tracking import Tracking


class Telescope(Abilities, Site, Pointing, Slewing, Syncing, Tracking, Moving, Guiding, Parking):
    """The mount of a world as an ASCOM telescope (ITelescopeV4)."""

    device_type = "Telescope"
    interface_version = 4
    state_members = (
        "Altitude",
        "AtHome",
        "AtPark",
        "Azimuth",
        "Declination",
        "IsPulseGuiding",
        "RightAscension",
        "SideOfPier",
        "SiderealTime",
        "Slewing",
        "Tracking",
        "UTCDate",
    )
