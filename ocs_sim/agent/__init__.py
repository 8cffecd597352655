"""What an agent is made of: operations, feeds, options, and the process that runs it.

Names are imported at first use: a program that only wants `ocs_sim.agent.pidfile` does not pay for pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.agent import catalogue, pidfile
    from ocs_sim.agent._agent import Agent
    from ocs_sim.agent._common import CommonOptions, split_common
    from ocs_sim.agent._context import AgentContext, BusLink
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
        NoSuchBoot,
        NoSuchFeed,
        OperationFailed,
        PolicyNotSupported,
        StillRunning,
        UnknownAgentClass,
    )
    from ocs_sim.agent._feeds import Feed, FeedField
    from ocs_sim.agent._locks import DeviceLock
    from ocs_sim.agent._operations import process, task
    from ocs_sim.agent._options import Options, option, parse_options
    from ocs_sim.agent._preempt import Preemption
    from ocs_sim.agent._publisher import Publisher
    from ocs_sim.agent._run import Run
    from ocs_sim.agent._runner import run_agent
    from ocs_sim.agent._service import AgentService
    from ocs_sim.agent._signature import Unit
    from ocs_sim.agent._spill import Spill, spill_directory
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
    "BusLink",
    "CancelToken",
    "Cancelled",
    "CommonOptions",
    "Courier",
    "DeviceLock",
    "Dispatcher",
    "Feed",
    "FeedField",
    "LockBusy",
    "LockHeldTwice",
    "NoSuchBoot",
    "NoSuchFeed",
    "OperationFailed",
    "Options",
    "PolicyNotSupported",
    "Preemption",
    "Publisher",
    "Run",
    "Signal",
    "Spill",
    "StillRunning",
    "SystemTimer",
    "Timer",
    "Unit",
    "UnknownAgentClass",
    "catalogue",
    "option",
    "parse_options",
    "pidfile",
    "process",
    "run_agent",
    "spill_directory",
    "split_common",
    "task",
]

_HOMES = {
    "Agent": "_agent",
    "AgentContext": "_context",
    "AgentService": "_service",
    "BusLink": "_context",
    "CancelToken": "_token",
    "CommonOptions": "_common",
    "Courier": "_courier",
    "DeviceLock": "_locks",
    "Dispatcher": "_dispatcher",
    "Feed": "_feeds",
    "FeedField": "_feeds",
    "Options": "_options",
    "Preemption": "_preempt",
    "Publisher": "_publisher",
    "Run": "_run",
    "Signal": "_timer",
    "Spill": "_spill",
    "SystemTimer": "_timer",
    "Timer": "_timer",
    "Unit": "_signature",
    "option": "_options",
    "parse_options": "_options",
    "process": "_operations",
    "run_agent": "_runner",
    "spill_directory": "_spill",
    "split_common": "_common",
    "task": "_operations",
}
_MODULES = ("catalogue", "pidfile")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, '_errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
