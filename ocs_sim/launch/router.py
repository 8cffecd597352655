"""The router of a host: find or install crossbar, write its configuration, run it."""

from ocs_sim.launch._crossbar import Router, RouterState, RouterStatus
from ocs_sim.launch._crossbar_file import Written
from ocs_sim.launch._router_env import Crossbar, Origin, find_crossbar
from ocs_sim.launch._router_errors import RouterError
from ocs_sim.launch._router_install import ensure_crossbar

__all__ = [
    "Crossbar",
    "Origin",
    "Router",
    "RouterError",
    "RouterState",
    "RouterStatus",
    "Written",
    "ensure_crossbar",
    "find_crossbar",
]
