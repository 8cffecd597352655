"""What agents of Alpaca devices share: their options, the link to a device, watching it, waiting for it.

class Kettle(Agent[KettleOptions]):                      # KettleOptions(DeviceOptions)
    def __init__(self, context):
        self.link = link_from(context, "switch", context.options.switch)

    @process(startup=True)
    def monitor(self, run):
        watch = Watch(run)
        for _ in run.every(self.options.monitor_period):
            state = watch.attempt(self.link, lambda: self.link.read(lambda device: device.Name))
            if state is not None:
                ...                                      # publish it

    @task(lock="device")
    def boil(self, run):
        with safely(self.link, "switch it off", lambda device: device.SetSwitch(0, False)):
            self.link.call(lambda device: device.SetAsync(0, True), "switch it on")
            is_hot = lambda device: device.StateChangeComplete(0)
                wait_until(run, self.link, is_hot, "get hot", limit_seconds=60)

    async def on_stop(self):
        await close_links(self.link)
"""

from ._closing import close_links
from ._errors import (
    DeviceError,
    DeviceLost,
    DeviceMisbehaved,
    DeviceRefused,
    DeviceTooSlow,
    DeviceUnreachable,
    is_lacking,
)
from ._latest import LatestSample
from ._link import DeviceLink, link_from
from ._members import read_members
from ._options import DeviceOptions
from ._progress import MoveProgress
from ._safety import bring_to_safety, safely
from ._seizing import seized
from ._state import LinkState
from ._waiting import wait_until
from ._watch import Watch

__all__ = [
    "DeviceError",
    "DeviceLink",
    "DeviceLost",
    "DeviceMisbehaved",
    "DeviceOptions",
    "DeviceRefused",
    "DeviceTooSlow",
    "DeviceUnreachable",
    "LatestSample",
    "LinkState",
    "MoveProgress",
    "Watch",
    "bring_to_safety",
    "close_links",
    "is_lacking",
    "link_from",
    "read_members",
    "safely",
    "seized",
    "wait_until",
]
