"""The instrument around a camera as an agent: all that moves, shines and cools, watched and set."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ocs_sim.agent import Agent, AgentContext, DeviceLock, OperationFailed, Run, Unit, process, task
from ocs_sim.ascom import CoverState

from .._device import Watch, close_links
from ._feeds import camera_feed
from ._movements import move_cover, switch_calibrator, turn_rotator
from ._options import CameraOptions
from ._parts import Parts
from ._status import Status

Degrees = Annotated[float, Field(allow_inf_nan=False), Unit("deg")]
Celsius = Annotated[float, Field(ge=-273.15, le=100, allow_inf_nan=False), Unit("C")]


class Instrument(Agent[CameraOptions]):
    """Watches and sets what is around a camera; takes no images."""

    Options = CameraOptions

    def __init__(self, context: AgentContext[CameraOptions]) -> None:
        super().__init__(context)
        self.camera = DeviceLock("camera")
        self.parts = Parts.of(context)
        self.rig = self.parts.rig
        self.status = Status(self.rig, self.add_feed(camera_feed(self.rig)))

    async def on_start(self) -> None:
        """Listen to the other agents."""
        for ear in self.parts.ears.values():
            await self.context.subscribe(ear.topic, ear.hear)

    async def on_stop(self) -> None:
        """Leave the devices."""
        await close_links(*self.rig.links)

    @process(startup=True)
    def monitor(self, run: Run, test_mode: bool = False) -> str:
        """monitor(test_mode=False)

        **Process** - Watch the devices and publish how they stand on feed `camera`; starts by itself.

        Degraded while any of them cannot be reached, with the name of that one. `session['data']` is the
        latest sample: `{"ccd_temperature": -10.0, "state": 0, ...}`.

        Args:
            test_mode (bool): Look once and end.

        """
        watch = Watch(run)
        for _ in run.every(self.options.monitor_period):
            self.status.look(run, watch)
            if test_mode:
                break
        return "Ended on request."

    @task(lock="camera")
    def set_filter(self, run: Run, filter: str | int) -> str:  # noqa: A002 - the observer's word
        """set_filter(filter)

        **Task** (abortable) - Turn the wheel to a filter, and move the focuser by what their focus differs.

        Args:
            filter (str or int): Name or slot, from 0.

        """
        slot = self.parts.settings.find_slot(filter)
        with self.status.told():
            name = self.turn_to(run, slot)
        return f"Filter {name}."

    @task(lock="camera")
    def set_focus(
        self,
        run: Run,
        position: int | None = None,
        by: int | None = None,
        unit: Literal["step", "um"] = "step",
    ) -> str:
        """set_focus(position=None, by=None, unit="step")

        **Task** (abortable) - Move the focuser to a position, or by so many steps.

        Args:
            position (int): Where to, in steps.
            by (int): How far, in steps; give one of the two.
            unit (str): `step`, or `um`: micrometres, if the focuser says how long its steps are.

        """
        if (position is None) == (by is None):
            raise OperationFailed("Give either `position` or `by`.")
        mover = self.parts.settings.focus()
        if unit == "um":
            position, by = (each if each is None else mover.facts.steps(each) for each in (position, by))
        run.progress(stage="focusing", target=position, unit="step")
        with self.status.told():
            if position is not None:
                mover.move_to(run, position)
            else:
                mover.move_by(run, by or 0)
        return f"Focus at {mover.position()}." if mover.facts.is_absolute else f"Moved by {by}."

    @task(lock="camera")
    def set_rotator(self, run: Run, degrees: Degrees) -> str:
        """set_rotator(degrees)

        **Task** (abortable) - Turn the rotator to a position angle.

        Args:
            degrees (float): From north through east, as the rotator was synchronised.

        """
        run.progress(stage="turning", target=degrees, unit="deg")
        with self.status.told():
            turn_rotator(run, self.rig.need("rotator"), degrees, self.options.move_timeout)
        return f"Rotator at {degrees % 360:g} degrees."

    @task()
    def set_cooler(
        self, run: Run, on: bool = True, celsius: Celsius | None = None, wait: bool = False
    ) -> str:
        """set_cooler(on=True, celsius=None, wait=False)

        **Task** (abortable) - Switch the cooler on or off, and set its set point; may be done while exposing.

        It ends a `warm_up`.

        Args:
            on (bool): Whether to cool.
            celsius (float): The set point; None leaves it.
            wait (bool): Return only when the detector has been cold for a while. An abort ends the waiting.

        """
        self.preempt(run, "warm_up").wait()
        with self.status.told():
            self.parts.cooler.set(on=on, celsius=celsius)
            if on and wait:
                return f"Cold: {self.parts.cooler.wait(run, self.options.cooling_timeout):.1f} C."
        return f"Cooler {'on' if on else 'off'}."

    @task()
    def warm_up(
        self, run: Run, celsius_per_minute: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 5.0
    ) -> str:
        """warm_up(celsius_per_minute=5)

        **Task** (abortable) - Raise the set point slowly to the heat sink's temperature, then stop cooling.

        An abort leaves the set point where it has come to. It ends a `set_cooler` that waits for the cold.

        Args:
            celsius_per_minute (float): How fast.

        """
        self.preempt(run, "set_cooler").wait()
        with self.status.told():
            celsius = self.parts.cooler.warm_up(run, celsius_per_minute)
        return f"Warm: {celsius:.1f} C, cooler off."

    @task(lock="camera")
    def open_cover(self, run: Run) -> str:
        """open_cover()

        **Task** (abortable) - Open the cover.
        """
        with self.status.told():
            move_cover(run, self.rig.need("covercalibrator"), CoverState.OPEN, self.options.move_timeout)
        return "Cover open."

    @task()
    def close_cover(self, run: Run) -> str:
        """close_cover()

        **Task** (abortable) - Close the cover at once, also in the middle of an exposure.
        """
        with self.status.told():
            move_cover(run, self.rig.need("covercalibrator"), CoverState.CLOSED, self.options.move_timeout)
        return "Cover closed."

    @task(lock="camera")
    def calibrator_on(self, run: Run, brightness: Annotated[int, Field(ge=1)] | None = None) -> str:
        """calibrator_on(brightness=None)

        **Task** (abortable) - Switch the flat-field lamp on and wait until its light is steady.

        Args:
            brightness (int): 1 to the lamp's largest; None is that one.

        """
        lamp = self.rig.need("covercalibrator")
        most = int(lamp.read(lambda cover: cover.MaxBrightness))
        wanted = most if brightness is None else brightness
        if wanted > most:
            raise OperationFailed(f"The lamp's brightness goes from 1 to {most}, not to {wanted}.")
        with self.status.told():
            switch_calibrator(run, lamp, wanted, self.options.move_timeout)
        return f"Calibrator on at {wanted}."

    @task()
    def calibrator_off(self, run: Run) -> str:
        """calibrator_off()

        **Task** - Switch the flat-field lamp off.
        """
        with self.status.told():
            switch_calibrator(run, self.rig.need("covercalibrator"), 0, self.options.move_timeout)
        return "Calibrator off."

    def turn_to(self, run: Run, slot: int | None) -> str | None:
        """Set the filter in a slot, if one is given, and return its name."""
        if slot is None:
            return None
        run.progress(stage="setting the filter")
        return self.parts.settings.set_filter(run, slot)
