"""The telescope: what ITelescopeV4 asks of the mount of a world."""

from ocs_sim.alpaca.simulated.telescope._telescope import Telescope

__all__ = ["Telescope"]
