"""A series of images, told while it grows, that can be ended early without losing anything."""

from __future__ import annotations

import threading

from ocs_sim.agent import OperationFailed, Publisher, Run

from ._errors import NothingExposed
from ._imaging import Imaging, Prepared
from ._report import add_to_data, as_block, as_message, begin_data

_POLL_SECONDS = 0.05


class Series:
    """Takes series of images one after the other; `stop` is for another thread."""

    def __init__(self, imaging: Imaging, images: Publisher, files: Publisher) -> None:
        self._imaging = imaging
        self._images = images
        self._files = files
        self._stop: threading.Event | None = None

    def take(self, run: Run, prepared: Prepared) -> None:
        """Take all images, each published when it is written, in the run's data too."""
        stop = self._stop = threading.Event()
        run.data = begin_data(prepared.plan)
        try:
            for sequence in range(1, prepared.plan.count + 1):
                run.check()
                self._take_one(run, prepared, sequence, stop)
                if stop.is_set():
                    return
        except NothingExposed:
            # It was stopped between two exposures: what was taken before is there.
            return
        finally:
            self._stop = None

    def stop(self, run: Run) -> None:
        """End the series now, keeping what the exposure under way has; return when that is written."""
        stop = self._stop
        if stop is None:
            raise OperationFailed("No exposure is under way.")
        stop.set()
        while self._stop is stop:
            run.sleep(_POLL_SECONDS)

    def _take_one(self, run: Run, prepared: Prepared, sequence: int, stop: threading.Event) -> None:
        taken = self._imaging.take(run, prepared, sequence, stop)
        add_to_data(run.data, taken, prepared.plan)
        self._images.publish_block("images", as_block(taken, prepared.plan), taken.raw.ended)
        self._images.flush()
        self._files.publish(as_message(taken, prepared.plan))
        if taken.written.problem:
            run.message(f"There are no pictures of it. {taken.written.problem}")
        if taken.problems and sequence == 1:
            run.message(f"Not in the files: {'; '.join(taken.problems)}.")
