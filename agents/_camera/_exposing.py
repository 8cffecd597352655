"""One exposure, from settings to pixels in memory, and a camera that is idle whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from ocs_sim.ascom import CameraState
from ocs_sim.clock import Clock

from .._device import DeviceError, DeviceLink, DeviceRefused, DeviceUnreachable, safely
from ._download import fetch_image
from ._errors import ExposureLost, ImageLost, NothingExposed
from ._plan import ExposurePlan
from ._telling import Telling

Value = TypeVar("Value")

_SHORTEST_POLL_SECONDS, _LONGEST_POLL_SECONDS = 0.05, 0.5
_POLLS_PER_EXPOSURE = 20
_PERCENT = 100.0
# Cameras round exposure times, by less than this.
_CLOCK_SECONDS = 0.05


_STAGES: Mapping[int, str] = {
    CameraState.WAITING: "waiting for the camera",
    CameraState.EXPOSING: "exposing",
    CameraState.READING: "reading",
    CameraState.DOWNLOAD: "reading",
}
_BUSY = frozenset(_STAGES)


@dataclass(frozen=True)
class Patience:
    """How long things may take: a camera out of reach, its readout after the exposure, a silent transfer."""

    unreachable_seconds: float
    readout_seconds: float
    download_seconds: float


@dataclass(frozen=True)
class RawImage:
    """What came of an exposure.

    `pixels` has shape (rows, columns); `start` (unix seconds) and `seconds` are the camera's own word,
    `began` and `ended` when this agent started it and saw its end, by its own clock.
    """

    pixels: Any
    start: float
    seconds: float
    began: float
    ended: float
    stopped: bool


class Exposer:
    """Takes one exposure after the other with one camera."""

    def __init__(self, link: DeviceLink, clock: Clock, patience: Patience) -> None:
        self._link = link
        self._clock = clock
        self._patience = patience

    def expose(self, telling: Telling, plan: ExposurePlan, stop: threading.Event) -> RawImage:
        """Expose and fetch the image; `stop` ends the exposure early and keeps what it has.

        Raises NothingExposed when that happens before it has begun, ExposureLost when it does not come to a
        good end, and Cancelled when the run is asked to end:
        the camera is then told to abort, if it cannot be reached as soon as it can.
        """
        watch = _Watch(self._link, self._clock, self._patience, plan, telling)
        try:
            watch.until_idle(stop)
            with safely(self._link, "abort the exposure", lambda camera: camera.AbortExposure()):
                watch.stage = "setting up the camera"
                _set_up(self._link, plan)
                if stop.is_set():
                    raise NothingExposed
                return self._begin(telling, watch, stop)
        except DeviceError as fault:
            raise ExposureLost(stage=watch.stage, fault=str(fault)) from fault
        except ImageLost:
            telling.run.check()
            raise

    def _begin(self, telling: Telling, watch: _Watch, stop: threading.Event) -> RawImage:
        watch.start()
        began = self._clock.time()
        watch.until_ready(stop)
        ended = self._clock.time()
        watch.stage = "downloading"
        return self._collect(telling, watch, (began, ended))

    def _collect(self, telling: Telling, watch: _Watch, ours: tuple[float, float]) -> RawImage:
        start, seconds = self._link.read(
            lambda camera: (_unix(camera.LastExposureStartTime), float(camera.LastExposureDuration)),
            "say when it exposed",
        )
        try:
            pixels = self._fetch(telling)
        except ImageLost:
            telling.run.check()
            # A connection may break once: the camera still has the image.
            watch.until_back()
            pixels = self._fetch(telling)
        return RawImage(pixels, start, seconds, *ours, watch.stopped_early(seconds))

    def _fetch(self, telling: Telling) -> Any:
        def tell(fraction: float) -> None:
            telling.run.check()
            telling.stage("downloading", fraction)

        tell(0.0)
        return fetch_image(
            self._link.url,
            timeout_seconds=self._patience.download_seconds,
            client_id=self._link.client_id,
            on_progress=tell,
            on_cancel=telling.run.token.on_cancel,
        )


class _Watch:
    """Follows an exposure until its image is ready."""

    def __init__(
        self, link: DeviceLink, clock: Clock, patience: Patience, plan: ExposurePlan, telling: Telling
    ) -> None:
        self.stage = "setting up the camera"
        self._link = link
        self._clock = clock
        self._patience = patience
        self._plan = plan
        self._telling = telling
        self._run = telling.run
        self._poll = min(
            max(plan.seconds / _POLLS_PER_EXPOSURE, _SHORTEST_POLL_SECONDS), _LONGEST_POLL_SECONDS
        )
        self._silent_since: float | None = None

    def until_idle(self, stop: threading.Event) -> None:
        """Wait for a camera that is still busy with what somebody else, or an abort, has left.

        Raises NothingExposed when `stop` is set meanwhile.
        """
        self.stage = "waiting for the camera"
        deadline = self._clock.monotonic() + self._patience.readout_seconds
        while (state := self._link.read(lambda camera: int(camera.CameraState))) in _BUSY:
            if self._clock.monotonic() > deadline:
                raise ExposureLost(stage=self.stage, fault=f"it is still {_STAGES[state]}.")
            if stop.is_set():
                raise NothingExposed
            self._telling.stage(self.stage)
            self._run.sleep(_SHORTEST_POLL_SECONDS)

    def start(self) -> None:
        plan = self._plan
        self._link.call(lambda camera: camera.StartExposure(plan.seconds, plan.light), "start an exposure")

    def until_ready(self, stop: threading.Event) -> None:
        began = self._clock.monotonic()
        self.stage = "exposing"
        self._tell(0.0)
        deadline = began + self._plan.seconds + self._patience.readout_seconds
        stopped = False
        while not self._patiently(lambda camera: camera.ImageReady, default=False):
            if stop.is_set() and not stopped:
                stopped = self._is_stopped()
            self._look(began)
            if self._clock.monotonic() > deadline:
                seconds = self._clock.monotonic() - began
                raise ExposureLost(stage=self.stage, fault=f"no image after {seconds:.0f} s.")
            self._run.sleep(self._poll)

    def _is_stopped(self) -> bool:
        try:
            return self._patiently(_stop, default=False, doing="stop the exposure")
        except DeviceRefused as fault:
            # It may be over already: what was exposed is on its way, and must not be lost for that.
            self._run.message(str(fault))
            return True

    def stopped_early(self, seconds: float) -> bool:
        """Return whether an exposure of so many seconds is shorter than it was meant to be."""
        return seconds < self._plan.seconds - _CLOCK_SECONDS

    def until_back(self) -> None:
        """Wait for a camera that was lost while it sent its image; raises ExposureLost if that is gone."""
        self._silent_since = None
        while (ready := self._patiently(lambda camera: bool(camera.ImageReady), default=None)) is None:
            self._telling.stage(self.stage)
            self._run.sleep(self._poll)
        if not ready:
            raise ExposureLost(stage=self.stage, fault="the camera has no image any more.")

    def _look(self, began: float) -> None:
        state = self._patiently(lambda camera: int(camera.CameraState), default=None)
        if state is None:
            return
        if state == CameraState.ERROR:
            raise ExposureLost(stage=self.stage, fault="the camera says that it has an error.")
        if state == CameraState.IDLE:
            # It may have become ready since it was asked; if not, it has forgotten the exposure.
            if not self._patiently(lambda camera: camera.ImageReady, default=True):
                raise ExposureLost(stage=self.stage, fault="the camera is idle and has no image.")
            return
        self.stage = _STAGES.get(state, self.stage)
        self._tell(self._fraction(state, began))

    def _fraction(self, state: int, began: float) -> float | None:
        if state != CameraState.EXPOSING:
            return None
        try:
            return float(self._link.read(lambda camera: camera.PercentCompleted)) / _PERCENT
        except DeviceError:
            elapsed = self._clock.monotonic() - began
            return min(elapsed / self._plan.seconds, 1.0) if self._plan.seconds else None

    def _tell(self, fraction: float | None) -> None:
        left = None if fraction is None else self._plan.seconds * (1.0 - fraction)
        self._telling.stage(self.stage, fraction, left)

    def _patiently(self, request: Callable[[Any], Value], default: Value, doing: str = "answer") -> Value:
        """Ask the camera; while it cannot be reached, answer `default` until patience is over."""
        try:
            answer = self._link.read(request, doing)
        except DeviceUnreachable:
            now = self._clock.monotonic()
            self._silent_since = now if self._silent_since is None else self._silent_since
            if now - self._silent_since >= self._patience.unreachable_seconds:
                raise
            return default
        self._silent_since = None
        return answer


def _set_up(link: DeviceLink, plan: ExposurePlan) -> None:
    values = {
        "BinX": plan.binning,
        "BinY": plan.binning,
        "StartX": plan.x,
        "StartY": plan.y,
        "NumX": plan.width,
        "NumY": plan.height,
    }
    for name, value in values.items():
        link.call(partial(_set, name=name, value=value), f"set {name} to {value}")


def _stop(camera: Any) -> bool:
    camera.StopExposure()
    return True


def _set(camera: Any, *, name: str, value: int) -> None:
    setattr(camera, name, value)


def _unix(text: Any) -> float:
    """Return the moment that a camera names, as `2026-11-21T03:04:05.678` with or without a zone, UTC."""
    moment = datetime.fromisoformat(str(text).strip().replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
