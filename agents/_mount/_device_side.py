"""What the Mount agent asks of its telescope, each as one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ocs_sim.agent import Run, Timer

from .._device import (
    DeviceLink,
    DeviceLost,
    DeviceRefused,
    DeviceUnreachable,
    bring_to_safety,
    wait_until,
)
from ._facts import MountFacts, read_facts
from ._options import MountOptions
from ._state import MountState, read_state

_PARKED = 0x408
STOP = "stop moving"


class MountDevice:
    """The telescope at the other end of a link. Safe to use from any thread; all raises DeviceError."""

    def __init__(self, link: DeviceLink, options: MountOptions, timer: Timer) -> None:
        self.link = link
        self._options = options
        self._timer = timer
        self._facts: tuple[int, MountFacts] | None = None

    def facts(self) -> MountFacts:
        """Return what was read once since the telescope was connected."""
        if self._facts is None or self._facts[0] != self.link.connection:
            facts = read_facts(self.link, self._options)
            self._facts = (self.link.connection, facts)
        return self._facts[1]

    def state(self) -> MountState:
        """Return how the mount stands now."""
        return read_state(self.link, self._timer, self._options.time_source)

    def set_tracking(self, on: bool) -> None:
        """Turn tracking on or off, unless it is so already."""
        if self.link.read(lambda device: device.Tracking) != on:
            verb = "start tracking" if on else "stop tracking"
            self.link.call(lambda device: setattr(device, "Tracking", on), verb)

    def unpark(self) -> None:
        """Unpark, which is done at once."""
        self.link.call(lambda device: device.Unpark(), "unpark")

    def stop_moving(self) -> None:
        """Stop any slew; a parked mount does not move anyway."""
        try:
            self.link.read(abort_slew, STOP)
        except DeviceRefused as fault:
            if fault.facts["number"] != _PARKED:
                raise

    def wait_while_slewing(
        self,
        run: Run,
        doing: str,
        connection: int | None = None,
        on_look: Callable[[float], None] | None = None,
    ) -> None:
        """Return when the mount says that it no longer slews; `doing` completes "did not ... within"."""
        wait_until(
            run,
            self.link,
            lambda device: not device.Slewing,
            doing,
            limit_seconds=self._options.slew_limit,
            poll_seconds=self._options.poll_period,
            connection=connection,
            on_look=on_look,
        )
        # A stop may have come from elsewhere, with the request to end.
        run.check()

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Stop the mount if the block does not end well, at once or, as configured, when it is back."""
        try:
            yield
        except (DeviceLost, DeviceUnreachable):
            if self._options.when_lost == "abort":
                bring_to_safety(self.link, STOP, abort_slew)
            raise
        except BaseException:
            bring_to_safety(self.link, STOP, abort_slew)
            raise


def abort_slew(device: Any) -> None:
    """Stop any slew."""
    device.AbortSlew()


def stop_entirely(device: Any) -> None:
    """Stop any slew, and tracking."""
    abort_slew(device)
    device.Tracking = False
