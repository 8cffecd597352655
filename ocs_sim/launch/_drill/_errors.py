"""What keeps a drill from saying anything."""

from __future__ import annotations

from ocs_sim.launch._errors import LaunchError


class DrillError(LaunchError):
    """The drill could not be held."""


class NotInTime(DrillError):
    """The drill was given up. Not within {seconds:.0f} s: {what}. `--keep` keeps all logs.{details}"""


class LoadRefused(DrillError):
    """{name} would not publish: {message}"""


class NeedsLinux(DrillError):
    """This drill takes away a running process's right to write, which needs Linux; this is {system}."""
