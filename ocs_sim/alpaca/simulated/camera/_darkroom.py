"""Images are rendered while their sensor is read out, so that they are there when they are said to be."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ocs_sim.errors import ObservatoryError
from ocs_sim.world import World

# A status is answered within a tenth of a second (ConformU); in a world that stands still nobody counts.
_PATIENCE_SECONDS = 0.05
_PATIENCE_WHILE_TIME_STANDS_SECONDS = 4.0


class Darkroom:
    """Renders the images of a world's camera in the background, on the server's loop."""

    def __init__(self, world: World) -> None:
        """Begin with nothing to do."""
        self._world = world
        self._camera = world.camera
        self._task: asyncio.Task[None] | None = None
        self._closed = threading.Event()

    def follow(self) -> None:
        """Wait for the end of the exposure that the camera has now, if any, and render its image."""
        self._forget()
        exposure = self._camera.exposure
        if exposure is not None:
            self._task = asyncio.get_running_loop().create_task(self._develop(exposure.closed_unix))

    @property
    def is_busy(self) -> bool:
        """Whether the camera has read an image that is still being rendered."""
        if self._task is None or self._task.done() or self._camera.developed:
            return False
        return self._camera.state == "idle" and self._camera.exposure is not None

    async def settle(self) -> None:
        """Give the image that is being rendered a moment to be there."""
        if self._task is not None and self.is_busy:
            stands = self._world.clock.stepped
            seconds = _PATIENCE_WHILE_TIME_STANDS_SECONDS if stands else _PATIENCE_SECONDS
            await asyncio.wait({self._task}, timeout=seconds)

    async def image(self) -> NDArray[np.uint16]:
        """Return the image [rows, columns]; raises NoImage, also when the server ends meanwhile."""
        return await asyncio.to_thread(self._camera.image, self._wanted())

    def close(self) -> None:
        """Stop rendering, soon."""
        self._forget()
        self._closed.set()
        self._closed = threading.Event()

    async def _develop(self, closed_unix: float) -> None:
        await self._world.clock.wait_until(closed_unix)
        # Who asks for the image is told what is wrong with it.
        with contextlib.suppress(ObservatoryError):
            await asyncio.to_thread(self._camera.develop, self._wanted())

    def _wanted(self) -> Callable[[], bool]:
        closed = self._closed
        return lambda: not closed.is_set()

    def _forget(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
