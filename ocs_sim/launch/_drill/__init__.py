"""Drills: a fault on a scratch site, and the proof that nothing was lost by it."""

from ocs_sim.launch._drill._drill import Drill, Fault
from ocs_sim.launch._drill._errors import DrillError, LoadRefused, NeedsLinux, NotInTime
from ocs_sim.launch._drill._fill_disk import FillDisk
from ocs_sim.launch._drill._kill_agent import KillAgent
from ocs_sim.launch._drill._kill_aggregator import KillAggregator
from ocs_sim.launch._drill._kill_router import KillRouter
from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._report import Report
from ocs_sim.launch._drill._stall_aggregator import StallAggregator

__all__ = [
    "Drill",
    "DrillError",
    "Fault",
    "FillDisk",
    "KillAgent",
    "KillAggregator",
    "KillRouter",
    "Load",
    "LoadRefused",
    "NeedsLinux",
    "NotInTime",
    "Report",
    "StallAggregator",
]
