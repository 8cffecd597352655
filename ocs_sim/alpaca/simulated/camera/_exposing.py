"""Taking images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.alpaca import InvalidOperation, get, put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated._times import iso_text
from ocs_sim.alpaca.simulated.camera._darkroom import Darkroom
from ocs_sim.alpaca.simulated.camera._modes import Modes
from ocs_sim.alpaca.simulated.camera._sensor import Sensor
from ocs_sim.alpaca.simulated.camera._subframe import Subframe
from ocs_sim.ascom import CameraState
from ocs_sim.errors import ObservatoryError
from ocs_sim.world import ExposureRequest, World

_BUSY = (CameraState.WAITING, CameraState.EXPOSING, CameraState.READING, CameraState.DOWNLOAD)


class Exposing(Sensor, Subframe, Modes):
    """The members which start, follow, end and fetch an exposure."""

    def __init__(self, world: World, name: str, number: int = 0) -> None:
        super().__init__(world, name, number)
        self._darkroom = Darkroom(world)

    def close(self) -> None:
        """Give up an image that is being rendered."""
        self._darkroom.close()

    def device_state(self) -> dict[str, Any]:
        """Return the operational properties that can be read now, all of one moment."""
        with self.world.lock:
            own = {"CameraState": self._state(), **super().device_state()}
            try:
                return {**own, "ImageReady": self._camera.image_ready and not self._darkroom.is_busy}
            except ObservatoryError:
                return own

    @put
    def StartExposure(self, Duration: float, Light: bool) -> None:
        """Start an exposure of so many seconds, with the shutter shut unless `Light`."""
        _checks.within("Duration", Duration, self.ExposureMin(), self.ExposureMax(), "seconds")
        self._camera.start_exposure(
            ExposureRequest(
                duration_seconds=Duration,
                light=Light,
                start_x=self._start_x,
                start_y=self._start_y,
                width=self._num_x,
                height=self._num_y,
                bin_x=self._bin_x,
                bin_y=self._bin_y,
                readout_mode=self._readout_mode,
            )
        )
        self._darkroom.follow()

    @put
    def StopExposure(self) -> None:
        """End the exposure now and read what there is; do nothing when there is none."""
        self._camera.stop()
        self._darkroom.follow()

    @put
    def AbortExposure(self) -> None:
        """End the exposure now and drop it; do nothing when there is none."""
        if self._darkroom.is_busy:
            self._camera.discard()
        self._camera.abort()
        self._darkroom.follow()

    @get
    async def CameraState(self) -> int:
        """Return 0 idle, 1 waiting, 2 exposing, 3 reading, 4 downloading or 5 when it has failed."""
        await self._darkroom.settle()
        return self._state()

    @get
    async def ImageReady(self) -> bool:
        """Return whether an image can be fetched, and comes at once."""
        await self._darkroom.settle()
        return self._camera.image_ready and not self._darkroom.is_busy

    @get
    def PercentCompleted(self) -> int:
        """Return how much of the exposure has passed, in percent, while there is one."""
        if self._state() not in _BUSY:
            raise InvalidOperation("the camera does nothing of which a part could be done")
        return round(self._camera.percent_completed)

    @get
    def LastExposureDuration(self) -> float:
        """Return for how long the shutter was open, in seconds."""
        return self._camera.last_exposure[1]

    @get
    def LastExposureStartTime(self) -> str:
        """Return when the shutter opened, UTC as FITS writes it."""
        return iso_text(self._camera.last_exposure[0])

    @get
    async def ImageArray(self) -> NDArray[np.uint16]:
        """Return the image [rows, columns]; the server turns it round."""
        return await self._darkroom.image()

    @get
    async def ImageArrayVariant(self) -> NDArray[np.uint16]:
        """Return the image once more, as ImageArray does."""
        return await self._darkroom.image()

    def _state(self) -> int:
        state = CameraState[self._camera.state.upper()]
        # The sensor has been read out, and its image is not there yet.
        return CameraState.DOWNLOAD if state == CameraState.IDLE and self._darkroom.is_busy else state
