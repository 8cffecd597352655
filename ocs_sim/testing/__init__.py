"""Fixtures and helpers for those who test agents.

`pytest_plugins = ["ocs_sim.testing.fixtures"]` in a conftest.py gives the fixtures `router` (a real router
that the session shares), `own_router` (one to break), `no_leaks` and `no_listening_sockets`.
"""

from ocs_sim.testing._harness import AgentHarness
from ocs_sim.testing._local_bus import LocalBus
from ocs_sim.testing._manual_clock import ManualClock
from ocs_sim.testing._ports import free_port, wait_until
from ocs_sim.testing._router import RouterInfo, running_router
from ocs_sim.testing._served_world import ServedWorld, served_world

__all__ = [
    "AgentHarness",
    "LocalBus",
    "ManualClock",
    "RouterInfo",
    "ServedWorld",
    "free_port",
    "running_router",
    "served_world",
    "wait_until",
]
