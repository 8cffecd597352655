"""The camera: exposures, and the images which they become."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._cooler import Cooler
from ocs_sim.world._detector import Detector
from ocs_sim.world._errors import Faulted, NoImage, NotAllowedNow
from ocs_sim.world._exposure import Exposure, ExposureRequest, checked, read_noise_electrons, timed
from ocs_sim.world._exposure_scene import Scene, gather
from ocs_sim.world._part import Part, locked
from ocs_sim.world._render import Renderer
from ocs_sim.world._truth import Truth, truth_of

if TYPE_CHECKING:
    from ocs_sim.world._detector_profile import CameraProfile
    from ocs_sim.world._world import World

_TEMPERATURES_ASKED = 16
_BUSY = ("waiting", "exposing", "reading", "download")


class Camera(Part):
    """A camera with a shutter and a cooler; an image is rendered when it is first asked for.

    `image`, `develop`, `truth` and `scene` may take seconds, in which the world goes on: do not hold its lock
    for them.
    """

    def __init__(self, world: World) -> None:
        """Begin idle, warm and without an image."""
        super().__init__(world)
        self.profile: CameraProfile = world.profile.camera
        self.cooler = Cooler(world)
        self._renderer = Renderer(Detector(self.profile, world.profile.optics, world.seed))
        self._count = 0
        self._exposure: Exposure | None = None
        self._last: Exposure | None = None
        self._scene: Scene | None = None
        self._image: NDArray[np.uint16] | None = None
        self._rendering = threading.RLock()

    @locked
    def start_exposure(self, request: ExposureRequest) -> Exposure:
        """Begin an exposure now; the image before it is lost.

        Raises OutOfRange for what the sensor does not have, NotAllowedNow during another exposure.
        """
        asked = checked(request, self.profile)
        state = self._state()
        if state in _BUSY:
            raise NotAllowedNow(part="camera", action="start an exposure", reason=f"it is {state}")
        self._remember_last()
        self._count += 1
        self._forget_image()
        self._exposure = timed(self._count, asked, self._world.now(), asked.duration_seconds, self.profile)
        self._world.need(self, self._exposure.commanded_unix)
        return self._exposure

    @locked
    def stop(self) -> None:
        """Close the shutter now and read out what there is; nothing happens when none is exposed."""
        if self._exposure and self._state() in ("waiting", "exposing"):
            self._exposure = self._exposure.stopped(self._world.now(), self.profile)

    @locked
    def abort(self) -> None:
        """End an exposure and throw it away; nothing happens when there is none."""
        if self._state() in (*_BUSY, "error"):
            self.discard()

    @locked
    def discard(self) -> None:
        """Throw away the exposure, or the image that came of it."""
        self._forget_image()
        self._exposure = None

    @property
    @locked
    def state(self) -> str:
        """What the camera does: idle, waiting, exposing, reading, download or error."""
        return self._state()

    @property
    @locked
    def image_ready(self) -> bool:
        """Whether there is an image to fetch; raises Faulted when its readout failed."""
        if self._state() == "error":
            raise Faulted(part="camera", reason="the readout failed: start another exposure")
        return self._exposure is not None and self._state() == "idle"

    @property
    @locked
    def percent_completed(self) -> float:
        """How much is done of what the camera does, 0 to 100; 0 when it is idle."""
        if not self._exposure or self._state() not in _BUSY:
            return 0.0
        exposure, now = self._exposure, self._world.now()
        steps = exposure.commanded_unix, exposure.opened_unix, exposure.closed_unix, exposure.read_unix
        ends = *steps[1:], exposure.ready_unix
        which = _BUSY.index(self._state())
        return float(np.clip(100 * (now - steps[which]) / max(ends[which] - steps[which], 1e-9), 0, 100))

    @property
    @locked
    def exposure(self) -> Exposure | None:
        """The exposure that is going on or has given the image; None when there is none."""
        return self._exposure

    @property
    @locked
    def read_noise_electrons(self) -> float:
        """The read noise of a pixel of the latest image; of one that is not binned before there is any."""
        request = self._exposure.request if self._exposure else ExposureRequest(0.0)
        return read_noise_electrons(request, self.profile)

    @property
    @locked
    def last_exposure(self) -> tuple[float, float]:
        """When the shutter opened last (unix seconds) and for how many seconds; raises NoImage."""
        self._remember_last()
        if self._last is None:
            raise NoImage(reason="no exposure has been taken yet")
        return self._last.opened_unix, self._last.duration_seconds

    def image(self, wanted: Callable[[], bool] = lambda: True) -> NDArray[np.uint16]:
        """Return the image, [rows, columns], rendered when first asked for; raises NoImage.

        A large one is rendered for many seconds: it is given up once `wanted()` is false, or when another
        exposure has begun.
        """
        with self._rendering:
            return self._rendered(self.scene(), wanted)

    def develop(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Render the image while it is still being read out; raises NoImage before the shutter is shut."""
        with self._rendering:
            self._rendered(self._scene_of(*self._shut()), wanted)

    @property
    def developed(self) -> bool:
        """Whether the latest image has been rendered, so that `image` returns it at once."""
        return self._image is not None

    def truth(self) -> Truth:
        """Return what the image was made from; raises NoImage."""
        return truth_of(self.scene(), self._renderer.detector)

    def scene(self) -> Scene:
        """Return all that the image depends on; raises NoImage, and Faulted after a failed readout."""
        with self._rendering:
            return self._scene_of(*self._exposed())

    def _scene_of(self, exposure: Exposure, scene: Scene | None) -> Scene:
        if scene is None:
            # The world goes on meanwhile: what was then does not change any more, and is not forgotten.
            scene = self._gathered(exposure)
            self._keep_scene(exposure, scene)
        return scene

    def _rendered(self, scene: Scene, wanted: Callable[[], bool]) -> NDArray[np.uint16]:
        with self._world.lock:
            if self._image is not None and self._scene is scene:
                return self._image
        image = self._renderer.render(scene, lambda: wanted() and self._exposure is scene.exposure)
        image.flags.writeable = False
        with self._world.lock:
            if self._scene is scene:
                self._image = image
        return image

    @locked
    def _shut(self) -> tuple[Exposure, Scene | None]:
        exposure, state = self._exposure, self._state()
        if exposure is None or state not in ("reading", "download", "idle"):
            raise NoImage(reason=f"the camera is {state}, take an exposure and wait for its end")
        return exposure, self._scene

    @locked
    def _exposed(self) -> tuple[Exposure, Scene | None]:
        if not self.image_ready or self._exposure is None:
            raise NoImage(reason=f"the camera is {self._state()}, take an exposure and wait for its end")
        return self._exposure, self._scene

    def _gathered(self, exposure: Exposure) -> Scene:
        times = np.linspace(exposure.opened_unix, exposure.closed_unix, _TEMPERATURES_ASKED)
        stuck = self._world.faults.is_active("camera.shutter_stuck", exposure.opened_unix)
        lit = exposure.request.light and not stuck
        return gather(self._world, exposure, self.cooler.celsius(times), open_shutter=lit)

    @locked
    def _keep_scene(self, exposure: Exposure, scene: Scene) -> None:
        if self._exposure is exposure:
            self._scene = scene
            self._world.need(self, None)

    @property
    def cooler_on(self) -> bool:
        """Whether the cooler is switched on; can be set."""
        return self.cooler.on

    @cooler_on.setter
    def cooler_on(self, on: bool) -> None:
        self.cooler.switch(on=on)

    @property
    def set_point_celsius(self) -> float:
        """The detector's temperature that was asked for; can be set, raises OutOfRange."""
        return self.cooler.set_point_celsius

    @set_point_celsius.setter
    def set_point_celsius(self, celsius: float) -> None:
        self.cooler.aim_at(celsius)

    @property
    @locked
    def temperature_celsius(self) -> float:
        """The detector's temperature now."""
        return float(self.cooler.celsius(self._world.now()))

    @property
    def heat_sink_celsius(self) -> float:
        """The temperature of the cooler's warm side now."""
        return self.cooler.heat_sink_celsius()

    @property
    def cooler_power_percent(self) -> float:
        """How hard the cooler works now, 0 to 100."""
        return self.cooler.power_percent()

    def _state(self) -> str:
        exposure, now = self._exposure, self._world.now()
        if exposure is None:
            return "idle"
        if now >= exposure.closed_unix and self._readout_failed(exposure, now):
            return "error"
        ends = exposure.opened_unix, exposure.closed_unix, exposure.read_unix, exposure.ready_unix
        return next((state for state, end in zip(_BUSY, ends, strict=True) if now < end), "idle")

    def _readout_failed(self, exposure: Exposure, now: float) -> bool:
        until = min(now, exposure.ready_unix)
        faults = self._world.faults.all_of("camera.readout_failure")
        return any(fault.since <= until and fault.until > exposure.closed_unix for fault in faults)

    def _remember_last(self) -> None:
        if self._exposure and self._world.now() >= self._exposure.closed_unix:
            self._last = self._exposure

    def _forget_image(self) -> None:
        self._scene, self._image = None, None
        self._world.need(self, None)
