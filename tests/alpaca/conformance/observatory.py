"""A served world whose time stands still between a test's commands, and alpyca's devices for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import alpaca.camera
import alpaca.covercalibrator
import alpaca.dome
import alpaca.filterwheel
import alpaca.focuser
import alpaca.observingconditions
import alpaca.rotator
import alpaca.safetymonitor
import alpaca.switch
import alpaca.telescope

from ocs_sim.testing import ServedWorld

CLASSES = {
    "telescope": alpaca.telescope.Telescope,
    "camera": alpaca.camera.Camera,
    "dome": alpaca.dome.Dome,
    "filterwheel": alpaca.filterwheel.FilterWheel,
    "focuser": alpaca.focuser.Focuser,
    "rotator": alpaca.rotator.Rotator,
    "covercalibrator": alpaca.covercalibrator.CoverCalibrator,
    "observingconditions": alpaca.observingconditions.ObservingConditions,
    "safetymonitor": alpaca.safetymonitor.SafetyMonitor,
    "switch": alpaca.switch.Switch,
}


class Observatory:
    """All ten devices as a client sees them, and the clock of their world."""

    def __init__(self, served: ServedWorld) -> None:
        self.served = served
        self.world = served.world
        self._devices: dict[str, Any] = {}

    def __getattr__(self, kind: str) -> Any:
        if kind not in CLASSES:
            raise AttributeError(kind)
        if kind not in self._devices:
            device = self._devices[kind] = CLASSES[kind](self.served.address, 0)
            device.Connected = True
        return self._devices[kind]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.clock.advance(seconds)

    def wait_until(self, done: Callable[[], bool], at_most: float = 120.0, step: float = 0.1) -> float:
        """Let time pass until something is so, and return how much passed."""
        passed = 0.0
        while not done():
            assert passed < at_most, f"not done within {at_most} s of the world"
            self.world.clock.advance(step)
            passed += step
        return passed

    def close(self) -> None:
        for device in self._devices.values():
            device.rqs.close()


@contextmanager
def observatory(served: ServedWorld) -> Iterator[Observatory]:
    """The devices of a served world, whose connections are closed in the end."""
    found = Observatory(served)
    try:
        yield found
    finally:
        found.close()
