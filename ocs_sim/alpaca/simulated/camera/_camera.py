"""The simulated camera."""

from __future__ import annotations

from ocs_sim.alpaca.simulated.camera._abilities import Abilities
from ocs_sim.alpaca.simulated.camera._actions import Actions
from ocs_sim.alpaca.simulated.camera._cooling import Cooling
from ocs_sim.alpaca.simulated.camera._exposing import Exposing
from ocs_sim.alpaca.simulated.camera._guiding import GuidePort


class Camera(Abilities, Exposing, Cooling, GuidePort, Actions):
    """The camera of a world as an ASCOM camera (ICameraV4)."""

    device_type = "Camera"
    interface_version = 4
    state_members = (
        "CCDTemperature",
        "CoolerPower",
        "HeatSinkTemperature",
        "IsPulseGuiding",
        "PercentCompleted",
    )
