"""The fixtures as a pytest plugin: `pytest_plugins = ["ocs_sim.testing.fixtures"]` in your conftest.py."""

from ocs_sim.testing._leaks import no_leaks, no_listening_sockets
from ocs_sim.testing._router import own_router, router

__all__ = ["no_leaks", "no_listening_sockets", "own_router", "router"]
