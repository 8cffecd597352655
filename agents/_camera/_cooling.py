"""Cooling the detector, waiting until it is cold, and letting it warm up gently."""

from __future__ import annotations

from ocs_sim.agent import OperationFailed, Run

from .._device import DeviceLink, DeviceTooSlow
from ._rig import ask

_POLL_SECONDS = 0.5
_SECONDS_PER_MINUTE = 60.0
_RAMP_STEP_SECONDS = 1.0
_WARM_WITHIN_CELSIUS = 1.0


class NoCooler(OperationFailed):
    """This camera's temperature cannot be set."""


class Cooler:
    """The cooler of a camera; cold is within `tolerance_celsius` of the set point for `settle_seconds`."""

    def __init__(self, link: DeviceLink, tolerance_celsius: float, settle_seconds: float) -> None:
        self._link = link
        self._tolerance = tolerance_celsius
        self._settle = settle_seconds

    def set(self, *, on: bool, celsius: float | None) -> None:
        """Set the set point if one is given, and switch the cooler on or off."""
        if not ask(self._link, lambda camera: camera.CanSetCCDTemperature):
            raise NoCooler
        if celsius is not None:
            self._set_point(celsius)
        self._link.call(
            lambda camera: setattr(camera, "CoolerOn", on), f"switch its cooler {'on' if on else 'off'}"
        )

    def wait(self, run: Run, limit_seconds: float) -> float:
        """Wait until the detector has been at its set point for a while; return its temperature.

        Raises DeviceTooSlow; the cooler goes on whatever happens.
        """
        timer = run.token.timer
        began, within_since = timer.monotonic(), None
        target = float(self._link.read(lambda camera: camera.SetCCDTemperature))
        first = self._celsius()
        while True:
            celsius, now = self._celsius(), timer.monotonic()
            within = abs(celsius - target) <= self._tolerance
            within_since = (now if within_since is None else within_since) if within else None
            if within_since is not None and now - within_since >= self._settle:
                return celsius
            if now - began > limit_seconds:
                doing = f"at {celsius:.1f} C on its way to {target:.1f} C"
                raise DeviceTooSlow(device=self._link.device, doing=doing, seconds=limit_seconds)
            _tell(run, first, celsius, target)
            run.sleep(_POLL_SECONDS)

    def warm_up(self, run: Run, celsius_per_minute: float) -> float:
        """Raise the set point step by step to the heat sink's temperature, then switch the cooler off."""
        if not ask(self._link, lambda camera: camera.CanSetCCDTemperature):
            raise NoCooler
        first = set_point = self._celsius()
        target = ask(self._link, lambda camera: float(camera.HeatSinkTemperature))
        target = first if target is None else target
        timer = run.token.timer
        began = timer.monotonic()
        while set_point < target - _WARM_WITHIN_CELSIUS:
            _tell(run, first, self._celsius(), target)
            run.sleep(_RAMP_STEP_SECONDS)
            elapsed_minutes = (timer.monotonic() - began) / _SECONDS_PER_MINUTE
            set_point = min(first + celsius_per_minute * elapsed_minutes, target)
            self._set_point(set_point)
        self._link.call(lambda camera: setattr(camera, "CoolerOn", False), "switch its cooler off")
        return self._celsius()

    def _celsius(self) -> float:
        return float(self._link.read(lambda camera: camera.CCDTemperature))

    def _set_point(self, celsius: float) -> None:
        self._link.call(
            lambda camera: setattr(camera, "SetCCDTemperature", celsius),
            f"set its set point to {celsius:.1f} C",
        )


def _tell(run: Run, first: float, now: float, target: float) -> None:
    whole = abs(target - first)
    fraction = min(max(1.0 - abs(target - now) / whole, 0.0), 1.0) if whole else 1.0
    run.progress(stage=f"at {now:.1f} C", fraction=fraction, target=target, unit="C")
