"""What can go wrong with starting and stopping an observatory."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class LaunchError(ObservatoryError):
    """The observatory could not be started or stopped."""


class NoHostMaster(LaunchError):
    """{path} has no HostMaster on host {host!r}; add an instance with `agent-class: HostMaster` to it."""


class NoCrossbar(LaunchError):
    """{path} does not say that host {host!r} runs the router; add `crossbar: {{}}` to that host."""


class UnknownInstances(LaunchError):
    """No agent is called {names}{hint}. This host has: {known}."""


class NotUp(LaunchError):
    """Not up after {seconds:.0f} s: {names}.{details}"""


class AnotherHostMaster(LaunchError):
    """{name} (process {pid}) looks after this host, but {path} calls its HostMaster {wanted!r} now.
    `obsbow down` stops it with all its agents; then run `obsbow up` again."""


class StillRunning(LaunchError):
    """Still running after SIGKILL: {names}. Another user's, or the kernel waits for a device of theirs."""


class AnotherCommand(LaunchError):
    """Another obsbow command (process {pid}) is at work on this observatory; try again when it has ended."""


class Interrupted(LaunchError):
    """Interrupted. What was started goes on; `obsbow status` shows it, and `obsbow down` stops it."""


class HostMasterRefused(LaunchError):
    """The HostMaster would not do it: {message}"""


class AlreadyThere(LaunchError):
    """{path} is there already and differs; nothing was changed. Choose another directory, or remove it."""


class NothingToShow(LaunchError):
    """{path} has no {agent_class}, which the demo shows; add an instance with that class to it."""


class AcquisitionFailed(LaunchError):
    """{instance_id} did not take data, see above; `obsbow logs {instance_id}` says more."""


class ObservationFailed(LaunchError):
    """There is no image with the target in its middle, see above; `obsbow logs {mount} {camera}` says more.
    If it is day in the simulated world by now, `obsbow call {world} jump_to moment=night` ends that.
    """


class NoImageTaken(LaunchError):
    """{camera} says nothing of an image; `obsbow logs {camera}` says more."""


class AlpacaPortTaken(LaunchError):
    """Another program has port {port}, where the WorldAgent in {path}, line {line}, is to serve its devices.
    Give it, and the agents that use it, another `port`.
    """


class BadWorldArguments(LaunchError):
    """{path}, line {line}: the arguments of the WorldAgent cannot be used: {reason}."""
