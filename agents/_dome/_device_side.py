"""What the Dome agent asks of its dome, each as one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ocs_sim.agent import Run
from ocs_sim.ascom import ShutterState

from .._device import (
    DeviceError,
    DeviceLink,
    DeviceLost,
    DeviceRefused,
    DeviceUnreachable,
    MoveProgress,
    bring_to_safety,
    wait_until,
)
from ._errors import DomeFault
from ._options import DomeOptions
from ._state import DomeState, read_state, turn_between

STOP, CLOSE = "stop moving", "close its shutter"


class DomeDevice:
    """The dome at the other end of a link. Safe to use from any thread; all raises DeviceError."""

    def __init__(self, link: DeviceLink, options: DomeOptions) -> None:
        self.link = link
        self._options = options

    def state(self) -> DomeState:
        """Return how the dome stands now."""
        return read_state(self.link)

    def stop_moving(self) -> None:
        """Stop the dome and its shutter."""
        self.link.read(_stop, STOP)

    def begin_turn(self, azimuth_degrees: float) -> None:
        """Begin to turn, and do not wait for the end."""
        self.link.call(lambda device: device.SlewToAzimuth(azimuth_degrees), "turn")

    def turn(self, run: Run, azimuth_degrees: float) -> None:
        """Turn to an azimuth and wait; raises DomeFault when it stops elsewhere."""

        def left() -> float:
            return abs(turn_between(self.state().azimuth_degrees, azimuth_degrees))

        progress = MoveProgress(run, "turning", azimuth_degrees, left(), "deg")
        self._move(
            run,
            lambda device: device.SlewToAzimuth(azimuth_degrees),
            "finish its turn",
            lambda elapsed: progress.tell(left(), elapsed),
        )
        reached = self.state().azimuth_degrees
        if abs(turn_between(reached, azimuth_degrees)) > self._options.arrival_tolerance:
            raise DomeFault(
                f"The dome stopped at azimuth {reached:.1f} instead of {azimuth_degrees:.1f} deg."
            )
        progress.arrived()

    def move_shutter(self, run: Run, wanted: ShutterState) -> None:
        """Open or close the shutter and wait; raises DomeFault when it does not get there."""
        if self.state().shutter is wanted:
            return
        is_to_open = wanted is ShutterState.OPEN
        run.progress(stage="opening" if is_to_open else "closing")
        # A dome that was lost while it closed is told to close; any other is stopped.
        make_safe, what = (_stop, STOP) if is_to_open else (_close, CLOSE)
        verb = "open its shutter" if is_to_open else CLOSE
        with self._moving(make_safe, what):
            connection = self.link.connection
            self.link.call(_open if is_to_open else _close, verb)
            self._wait(run, lambda device: _has_settled(device, wanted), verb, connection=connection)
        self._check_shutter(wanted)

    def park(self, run: Run) -> None:
        """Turn to the park position; raises DomeFault when it does not get there."""
        run.progress(stage="parking")
        self._move(run, lambda device: device.Park(), "park")
        if not self.state().at_park:
            raise DomeFault("The dome stopped on its way to the park position, and does not say why.")

    def home(self, run: Run) -> None:
        """Turn to the home position; raises DomeFault when it does not get there."""
        run.progress(stage="homing")
        self._move(run, lambda device: device.FindHome(), "find its home position")
        if not self.state().at_home:
            raise DomeFault("The dome stopped on its way home, and does not say why.")

    def wait_while_moving(self, run: Run) -> None:
        """Return when nothing of the dome moves; whatever it could not finish is over then."""
        try:
            self._wait(run, lambda device: not device.Slewing, "stop")
        except DeviceRefused as fault:
            self.link.log.info("%s", fault)

    def _move(
        self,
        run: Run,
        begin: Callable[[Any], Any],
        doing: str,
        on_look: Callable[[float], None] | None = None,
    ) -> None:
        with self._moving(_stop, STOP):
            connection = self.link.connection
            self.link.call(begin, doing)
            self._wait(run, lambda device: not device.Slewing, doing, on_look, connection)

    def _wait(
        self,
        run: Run,
        is_done: Callable[[Any], bool],
        doing: str,
        on_look: Callable[[float], None] | None = None,
        connection: int | None = None,
    ) -> None:
        wait_until(
            run,
            self.link,
            is_done,
            doing,
            limit_seconds=max(self._options.slew_limit, self._options.shutter_limit),
            poll_seconds=self._options.poll_period,
            connection=connection,
            on_look=on_look,
        )

    def _check_shutter(self, wanted: ShutterState) -> None:
        shutter = self.state().shutter
        if shutter is not wanted:
            raise DomeFault(
                f"The shutter is {shutter.name.lower()}, not {wanted.name.lower()}: it stopped on its way."
            )

    @contextmanager
    def _moving(self, make_safe: Callable[[Any], Any], what: str) -> Iterator[None]:
        """Make the dome safe if the block does not end well: at once, or when it is back."""
        try:
            yield
        except (DeviceLost, DeviceUnreachable):
            bring_to_safety(self.link, what, make_safe)
            raise
        except DeviceError:
            # It has stopped by itself, and said so.
            raise
        except BaseException:
            bring_to_safety(self.link, STOP, _stop)
            raise


def _has_settled(device: Any, wanted: ShutterState) -> bool:
    shutter = ShutterState(int(device.ShutterStatus.value))
    return shutter is wanted or shutter not in (ShutterState.OPENING, ShutterState.CLOSING)


def _stop(device: Any) -> None:
    device.AbortSlew()


def _open(device: Any) -> None:
    device.OpenShutter()


def _close(device: Any) -> None:
    device.CloseShutter()
