"""The devices of a simulated observatory, as Alpaca clients see them."""

from ocs_sim.alpaca.simulated._devices import simulated_devices
from ocs_sim.alpaca.simulated._refusals import refusal

__all__ = ["refusal", "simulated_devices"]
