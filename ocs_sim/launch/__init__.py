"""The obsbow command."""

from ocs_sim.launch._cli import main

__all__ = ["main"]
