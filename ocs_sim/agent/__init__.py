"""What an agent is made of: operations, feeds, options, and the process that runs it."""

from ocs_sim.agent._agent import Agent
from ocs_sim.agent._context import AgentContext
from ocs_sim.agent._courier import Courier
from ocs_sim.agent._dispatcher import Dispatcher
from ocs_sim.agent._errors import (
    AgentError,
    AgentNotStarted,
    BadAgentModule,
    BadDeclaration,
    BadOptions,
    BadParameters,
    Cancelled,
    LockBusy,
    LockHeldTwice,
    OperationFailed,
    PolicyNotSupported,
    UnknownAgentClass,
)
from ocs_sim.agent._feeds import Feed, FeedField
from ocs_sim.agent._locks import DeviceLock
from ocs_sim.agent._operations import process, task
from ocs_sim.agent._options import Options, option, parse_options
from ocs_sim.agent._publisher import Publisher
from ocs_sim.agent._run import Run
from ocs_sim.agent._service import AgentService
from ocs_sim.agent._signature import Unit
from ocs_sim.agent._timer import Signal, SystemTimer, Timer
from ocs_sim.agent._token import CancelToken

__all__ = [
    "Agent",
    "AgentContext",
    "AgentError",
    "AgentNotStarted",
    "AgentService",
    "BadAgentModule",
    "BadDeclaration",
    "BadOptions",
    "BadParameters",
    "CancelToken",
    "Cancelled",
    "Courier",
    "DeviceLock",
    "Dispatcher",
    "Feed",
    "FeedField",
    "LockBusy",
    "LockHeldTwice",
    "OperationFailed",
    "Options",
    "PolicyNotSupported",
    "Publisher",
    "Run",
    "Signal",
    "SystemTimer",
    "Timer",
    "Unit",
    "UnknownAgentClass",
    "option",
    "parse_options",
    "process",
    "task",
]
