"""What can go wrong between an agent and its device.

OperationFailed
`- DeviceError
   |- DeviceUnreachable   nobody answers there
   |- DeviceLost          it was there when this began
   |- DeviceRefused       it answers, and says no
   |- DeviceMisbehaved    what answers there is not such a device
   `- DeviceTooSlow       it did not finish in the time that it may take
"""

from __future__ import annotations

from typing import Any

from ocs_sim.agent import OperationFailed
from ocs_sim.errors import ObservatoryError

NOT_IMPLEMENTED = 0x400


class DeviceError(OperationFailed):
    """Something went wrong with {device}."""

    def __init__(self, **facts: Any) -> None:
        """Say what is wrong; each fact is one that the sentence names."""
        # Past OperationFailed, whose sentence is given rather than filled in.
        ObservatoryError.__init__(self, **facts)


class DeviceUnreachable(DeviceError):
    """The {device} cannot be reached: {fault}. Is it on, and are host, port and number right?"""


class DeviceLost(DeviceError):
    """The {device} was lost while it was to {doing}: {fault}."""


class DeviceRefused(DeviceError):
    """The {device} refused to {doing}: {text} (error {number:#x})."""


class DeviceMisbehaved(DeviceError):
    """The {device} did not answer as such a device must, when asked to {doing}: {fault}."""


def is_lacking(fault: DeviceError) -> bool:
    """Return whether a device only said that it does not have what it was asked for.

    That is ASCOM's "not implemented", or for members of later interfaces HTTP 400 from an older server.
    """
    if isinstance(fault, DeviceRefused):
        return bool(fault.facts["number"] == NOT_IMPLEMENTED)
    return isinstance(fault, DeviceMisbehaved) and str(fault.facts["fault"]).startswith("HTTP 4")


class DeviceTooSlow(DeviceError):
    """The {device} did not {doing} within {seconds:.0f} s."""
