"""Devices that have a member of each kind, and a server for them in a thread."""

# ruff: noqa: N802, N803

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager

import numpy as np

from ocs_sim.alpaca import (
    AlpacaServer,
    Device,
    DriverError,
    InvalidValue,
    NotImplementedByDevice,
    Trouble,
    ValueNotSet,
    get,
    put,
)
from ocs_sim.alpaca._connections import Connections
from ocs_sim.errors import ObservatoryError


class WorldIsOut(ObservatoryError):
    """The {part} is out."""


class Toy(Device):
    """A toy of a telescope."""

    device_type = "Telescope"
    interface_version = 4
    connect_seconds = 0.0

    def __init__(self, number=0, name="", **rest):
        super().__init__(number, name, **rest)
        self.begin()

    def begin(self):
        self.connections = Connections()
        self.tracking = False
        self.rate = 0.25
        self.value = 1.5
        self.image = np.arange(12, dtype=np.uint16).reshape(3, 4)
        self.heard = []
        self.next_trouble = None

    def trouble(self):
        trouble, self.next_trouble = self.next_trouble, None
        return trouble

    def device_state(self):
        return {"Tracking": self.tracking}

    @get
    def Tracking(self) -> bool:
        return self.tracking

    @Tracking.put
    def _(self, Tracking: bool) -> None:
        self.tracking = Tracking

    @get
    def GuideRate(self) -> float:
        return self.rate

    @GuideRate.put(alias={"GuideRate": "guiderate_"})
    def _(self, GuideRate: float) -> None:
        if GuideRate < 0:
            raise InvalidValue(f"GuideRate is {GuideRate}, and has to be 0 or more.")
        self.rate = GuideRate

    @get
    def Value(self) -> object:
        return self.value

    @get
    def AxisRates(self, Axis: int) -> list[dict]:
        if Axis not in (0, 1, 2):
            raise InvalidValue(f"Axis is {Axis}, and has to be 0, 1 or 2.")
        return [{"Minimum": 0.0, "Maximum": Axis + 0.5}]

    @put
    def Say(self, Text: str, Loud: bool, Times: int, Pitch: float) -> None:
        self.heard.append((Text, Loud, Times, Pitch))

    @put
    def Echo(self, Text: str) -> str:
        return Text

    @put
    def Home(self) -> None:
        self.heard.append("home")

    @put
    async def Wait(self) -> None:
        await asyncio.sleep(0)
        self.heard.append("waited")

    @get
    def Aperture(self) -> float:
        raise NotImplementedByDevice("Aperture")

    @get
    def TargetDeclination(self) -> float:
        raise ValueNotSet("set TargetDeclination first.")

    @get
    def Faulty(self) -> float:
        raise WorldIsOut(part="mount")

    @get
    def Defect(self) -> float:
        raise KeyError("a defect")

    @get
    async def ImageArray(self) -> np.ndarray:
        if self.image is None:
            raise DriverError("The shutter is stuck.", 0x512)
        return self.image


class OtherToy(Device):
    """A toy of a switch."""

    device_type = "Switch"

    def trouble(self):
        return Trouble(error=DriverError("It has no power."))

    @get
    def MaxSwitch(self) -> int:
        return 3


@contextmanager
def serving(*devices, **arguments):
    """Serve devices at a free port, in a thread with a loop of its own."""
    server = AlpacaServer(devices, port=0, **arguments)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="toy server")
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
