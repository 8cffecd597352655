"""What keeps a mount from doing as it is told.

OperationFailed
|- TargetRefused     an interlock: the horizon, the Sun
|- NotReady          parked, or the dome is shut
|- WrongPlace        it stopped elsewhere
`- UnusableMount     what it is cannot be worked with
"""

from __future__ import annotations

from ocs_sim.agent import OperationFailed

from .._device import DeviceError


class TargetRefused(OperationFailed):
    """{text}"""


class NotReady(OperationFailed):
    """{text}"""


class WrongPlace(OperationFailed):
    """{text}"""


class UnusableMount(DeviceError):
    """The {device} cannot be used: {fault}."""
