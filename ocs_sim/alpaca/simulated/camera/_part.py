"""What each part of the camera is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice

if TYPE_CHECKING:
    from ocs_sim.world import Camera, CameraProfile


class CameraPart(SimulatedDevice):
    """Some of the members of a camera over that of a world."""

    @property
    def _camera(self) -> Camera:
        return self.world.camera

    @property
    def _facts(self) -> CameraProfile:
        return self.world.profile.camera
