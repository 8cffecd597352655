"""All devices of a world."""

from __future__ import annotations

import platform

from ocs_sim.alpaca import Device, unique_id
from ocs_sim.alpaca.simulated._cover_calibrator import CoverCalibrator
from ocs_sim.alpaca.simulated._dome import Dome
from ocs_sim.alpaca.simulated._filter_wheel import FilterWheel
from ocs_sim.alpaca.simulated._focuser import Focuser
from ocs_sim.alpaca.simulated._observing_conditions import ObservingConditions
from ocs_sim.alpaca.simulated._rotator import Rotator
from ocs_sim.alpaca.simulated._safety_monitor import SafetyMonitor
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice
from ocs_sim.alpaca.simulated._switch import Switch
from ocs_sim.alpaca.simulated.camera import Camera
from ocs_sim.alpaca.simulated.telescope import Telescope
from ocs_sim.world import World


def simulated_devices(world: World, site: str | None = None) -> list[Device]:
    """Return the ten devices of a world, each number 0 of its type, to be given to an AlpacaServer.

    Clients know them again by the name of their `site`; without one by this machine's and the profile's.
    """
    profile = world.profile
    known_by = site or f"{platform.node()}/{profile.name}"
    devices: list[SimulatedDevice] = [
        Telescope(world, profile.mount.name),
        Camera(world, profile.camera.name),
        Dome(world, profile.dome.name),
        FilterWheel(world, profile.wheel.name),
        Focuser(world, profile.focuser.name),
        Rotator(world, profile.rotator.name),
        CoverCalibrator(world, profile.cover.name),
        ObservingConditions(world, profile.weather.name),
        SafetyMonitor(world, profile.safety.name),
        Switch(world, "Simulated switches"),
    ]
    for device in devices:
        device.unique_id = unique_id(known_by, device.device_type, device.number)
    return list(devices)
