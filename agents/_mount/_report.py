"""Telling where the mount points, to the feed and to whoever started a run."""

from __future__ import annotations

import logging
from typing import Any

from ocs_sim.agent import Publisher, Run
from ocs_sim.clock import Clock

from .._device import DeviceError
from ._device_side import MountDevice
from ._feed import BLOCK, pointing_sample
from ._pointing import Pointing
from ._state import MountState


class Report:
    """Asks the mount, and publishes what it says. Safe to use from any thread."""

    def __init__(
        self,
        publisher: Publisher,
        mount: MountDevice,
        pointing: Pointing,
        clock: Clock,
        log: logging.LoggerAdapter[Any],
    ) -> None:
        self._publisher = publisher
        self._mount = mount
        self._pointing = pointing
        self._clock = clock
        self._log = log
        # The run whose data are always the latest sample.
        self.monitor: Run | None = None

    def tell(self, run: Run) -> MountState:
        """Publish a sample now, which becomes the run's data too, and the monitor's; return the state.

        Raises DeviceError.
        """
        state, facts = self._mount.state(), self._mount.facts()
        now = self._clock.time()
        sample = pointing_sample(state, facts, self._pointing.aim)
        self._publisher.publish_block(BLOCK, sample, now)
        self._publisher.flush()
        run.data = {**sample, "timestamp": now}
        if self.monitor is not None:
            self.monitor.data = run.data
        return state

    def tell_if_possible(self, run: Run) -> None:
        """Do so unless the mount cannot be reached."""
        if self._mount.link.is_resting:
            return
        try:
            self.tell(run)
        except DeviceError as fault:
            self._log.info("the mount's state could not be published: %s", fault)
