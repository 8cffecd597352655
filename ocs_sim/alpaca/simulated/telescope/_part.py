"""What each part of the telescope is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice

if TYPE_CHECKING:
    from ocs_sim.world import Mount


class TelescopePart(SimulatedDevice):
    """Some of the members of a telescope over the mount of a world."""

    @property
    def _mount(self) -> Mount:
        return self.world.mount
