"""What each part of the telescope is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.alpaca import InvalidOperation, InvalidWhileParked
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice

if TYPE_CHECKING:
    from ocs_sim.world import Mount


class TelescopePart(SimulatedDevice):
    """Some of the members of a telescope over the mount of a world."""

    @property
    def _mount(self) -> Mount:
        return self.world.mount

    def _refuse_when_parked(self) -> None:
        if self._mount.at_park:
            raise InvalidWhileParked("the mount is parked: unpark it first")

    def _require_tracking(self, *, wanted: bool, purpose: str) -> None:
        self._refuse_when_parked()
        if self._mount.tracking is not wanted:
            raise InvalidOperation(f"to {purpose}, set Tracking to {str(wanted).lower()} first")
