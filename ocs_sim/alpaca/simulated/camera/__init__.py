"""The camera: what ICameraV4 asks of that of a world."""

from ocs_sim.alpaca.simulated.camera._camera import Camera

__all__ = ["Camera"]
