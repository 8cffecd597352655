"""What can go wrong in an agent.

AgentError
|- OperationFailed    raised by an operation: the run failed, and this is why
|  |- LockBusy
|  `- StillRunning
|- Cancelled          the run was asked to end
|- BadParameters      what a client sent does not fit the operation
|- BadOptions         what the site file or command line says does not fit the agent
|- BadDeclaration     the agent's own code does not fit the framework
|- UnknownAgentClass, BadAgentModule, PolicyNotSupported, AgentNotStarted
"""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class AgentError(ObservatoryError):
    """Something went wrong in an agent."""


class OperationFailed(AgentError):
    """{text}"""

    def __init__(self, text: str = "The operation failed.", **facts: object) -> None:
        """Fail the run; `text` is what its client reads."""
        super().__init__(text=text, **facts)


class LockBusy(OperationFailed):
    """{lock} is still held by {owner} after {seconds:.1f} s."""


class StillRunning(OperationFailed):
    """{owner} was asked to end and has not after {seconds:.1f} s."""


class Cancelled(AgentError):
    """The run was asked to end ({reason})."""


class BadParameters(AgentError, ValueError):
    """{text}"""


class BadOptions(AgentError, ValueError):
    """The arguments of {who} do not fit: {faults}."""


class BadDeclaration(AgentError, TypeError):
    """{who} cannot be declared like this: {fault}."""


class NoSuchFeed(AgentError, LookupError):
    """This agent has no recorded feed {name!r}; it has {known}."""


class NoSuchBoot(AgentError, LookupError):
    """This agent keeps nothing of boot {boot_id!r}; it keeps {known}."""


class LockHeldTwice(AgentError):
    """{owner} holds {lock} already and would wait for itself."""


class UnknownAgentClass(AgentError):
    """There is no agent class {name!r}{hint} `obsbow agent list` shows them all."""


class BadAgentModule(AgentError):
    """{path} cannot be loaded as an agent: {fault}."""


class PolicyNotSupported(AgentError):
    """Access policy {policy!r} is not supported; use `none` or `override:PASSWORD2,PASSWORD3`."""


class AgentNotStarted(AgentError):
    """Agent {instance_id} could not start: {fault}."""
