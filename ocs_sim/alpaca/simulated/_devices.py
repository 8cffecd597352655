"""All devices of a world."""

from __future__ import annotations

from ocs_sim.alpaca import Device
from ocs_sim.alpaca.simulated._cover_calibrator import CoverCalibrator
from ocs_sim.alpaca.simulated._dome import Dome
from ocs_sim.alpaca.simulated._filter_wheel import FilterWheel
from ocs_sim.alpaca.simulated._focuser import Focuser
from ocs_sim.alpaca.simulated._observing_conditions import ObservingConditions
from ocs_sim.alpaca.simulated._rotator import Rotator
from ocs_sim.alpaca.simulated._safety_monitor import SafetyMonitor
from ocs_sim.alpaca.simulated.camera import Camera
from ocs_sim.alpaca.simulated.telescope import Telescope
from ocs_sim.world import World


def simulated_devices(world: World) -> list[Device]:
    """Return the devices of a world, each number 0 of its type, to be given to an AlpacaServer."""
    profile = world.profile
    made = {
        "mount": lambda: Telescope(world, profile.mount.name),
        "camera": lambda: Camera(world, profile.camera.name),
        "dome": lambda: Dome(world, profile.dome.name),
        "wheel": lambda: FilterWheel(world, profile.wheel.name),
        "focuser": lambda: Focuser(world, profile.focuser.name),
        "rotator": lambda: Rotator(world, profile.rotator.name),
        "cover": lambda: CoverCalibrator(world, profile.cover.name),
        "weather": lambda: ObservingConditions(world, profile.weather.name),
        "safety": lambda: SafetyMonitor(world, profile.safety.name),
    }
    return [make() for part, make in made.items() if hasattr(world, part)]
