"""Looking after child processes: their states, their restarts, their order, and what they printed last."""

from ocs_sim.supervise._classes import find_runner
from ocs_sim.supervise._errors import AlreadyLookedAfter, NotSpawned, RequestRefused, SupervisionError
from ocs_sim.supervise._living import Living, find_living
from ocs_sim.supervise._lock import HostLock
from ocs_sim.supervise._machine import ChildMachine, Gate
from ocs_sim.supervise._order import find_cycles
from ocs_sim.supervise._output import OutputFile
from ocs_sim.supervise._policy import Policy
from ocs_sim.supervise._ports import Exit, Handle, Member, Processes, ProcessSpec, Usage
from ocs_sim.supervise._processes import LocalProcesses
from ocs_sim.supervise._requests import Action, Request, read_requests
from ocs_sim.supervise._roster import Child, ClassLookup, Runner, plan_children
from ocs_sim.supervise._site_reader import ParseStatus, SiteReader
from ocs_sim.supervise._stability import stability
from ocs_sim.supervise._states import ChildState, Target
from ocs_sim.supervise._strays import Stray, find_strays
from ocs_sim.supervise._supervisor import Supervisor

__all__ = [
    "Action",
    "AlreadyLookedAfter",
    "Child",
    "ChildMachine",
    "ChildState",
    "ClassLookup",
    "Exit",
    "Gate",
    "Handle",
    "HostLock",
    "Living",
    "LocalProcesses",
    "Member",
    "NotSpawned",
    "OutputFile",
    "ParseStatus",
    "Policy",
    "ProcessSpec",
    "Processes",
    "Request",
    "RequestRefused",
    "Runner",
    "SiteReader",
    "Stray",
    "SupervisionError",
    "Supervisor",
    "Target",
    "Usage",
    "find_cycles",
    "find_living",
    "find_runner",
    "find_strays",
    "plan_children",
    "read_requests",
    "stability",
]
