"""The simulated safety monitor."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice


class SafetyMonitor(SimulatedDevice):
    """The rules of a world about its weather as an ASCOM safety monitor (ISafetyMonitorV3)."""

    device_type = "SafetyMonitor"
    interface_version = 3
    state_members = ("IsSafe",)

    @get
    def IsSafe(self) -> bool:
        """Return whether the weather allows an open dome."""
        return self.world.safety.is_safe
