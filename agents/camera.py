"""Camera: takes images with a camera, its filters, focuser, rotator and cover, and writes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ocs_sim.agent import Agent, AgentContext, DeviceLock, OperationFailed, Run, Unit, process, task

from ._camera import (
    FILES,
    FOCUS,
    IMAGES,
    Autofocus,
    CameraOptions,
    CoverState,
    ExposureRequest,
    FocusPoint,
    Parts,
    Series,
    Status,
    Sweep,
    Wishes,
    camera_feed,
    focus_sample,
    move_cover,
    read_camera,
    switch_calibrator,
    turn_rotator,
    window,
)
from ._device import Watch, close_links

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), Unit("s")]
Degrees = Annotated[float, Field(allow_inf_nan=False), Unit("deg")]
Celsius = Annotated[float, Field(ge=-273.15, le=100, allow_inf_nan=False), Unit("C")]
Binning = Annotated[int, Field(ge=1)]


class Camera(Agent[CameraOptions]):
    """Takes images, and writes them as FITS files with what is known from all agents."""

    Options = CameraOptions
    aliases = ("Camera",)

    images = IMAGES
    focus = FOCUS
    files = FILES

    def __init__(self, context: AgentContext[CameraOptions]) -> None:
        super().__init__(context)
        self.camera = DeviceLock("camera")
        self.parts = Parts.of(context)
        self.rig = self.parts.rig
        self.status = Status(self.rig, self.add_feed(camera_feed(self.rig)))
        self.series = Series(self.parts.imaging, self.images, self.files)

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
    def expose(
        self,
        run: Run,
        seconds: Seconds,
        count: Annotated[int, Field(ge=1, le=100_000)] = 1,
        filter: str | int | None = None,  # noqa: A002 - the observer's word
        binning: Binning = 1,
        subframe: Annotated[list[int], Field(min_length=4, max_length=4)] | None = None,
        image_type: Literal["light", "bias", "dark", "flat"] = "light",
        object: str = "",  # noqa: A002 - FITS's word
        observer: str = "",
        compress: bool = False,
        truth: bool = False,
    ) -> str:
        """expose(seconds, count=1, filter=None, binning=1, subframe=None, image_type="light", ...)

        **Task** (abortable) - Take images and write them. Each is told on the feeds `images` and `files`.

        What cannot be done is said before anything moves, all at once. An abort discards the exposure under
        way; `stop_exposure` keeps it. `session['data']` is `{"wanted": 3, "taken": 1, "files": [...],
        "names": [...], "images": [{"median": 402.0, "fwhm": 2.9, ...}]}`, the latest hundred.

        Args:
            seconds (float): Exposure time.
            count (int): How many.
            filter (str or int): Name or slot, from 0; None leaves the one that is there.
            binning (int): In x and in y.
            subframe (list): x, y, width and height in binned pixels, from 0; None is all.
            image_type (str): `light`, `flat`: the shutter opens; `dark`, `bias`: it stays shut.
            object (str): What it is an image of, for the header.
            observer (str): For whom, for the header; the site file's observer if empty.
            compress (bool): Tile-compress with RICE_1; the name then ends in `.fz`.
            truth (bool): Add what a simulated camera knows of the image as extension TRUTH.

        """
        request = ExposureRequest(
            seconds=seconds,
            count=count,
            filter=filter,
            binning=binning,
            subframe=subframe,
            image_type=image_type,
        )
        wishes = Wishes(object_name=object, observer=observer, compress=compress, truth=truth)
        run.progress(stage="asking the devices")
        prepared = self.parts.imaging.prepare(request, wishes)
        with self.status.told():
            self._set_filter(run, prepared.plan.slot)
            self.series.take(run, prepared)
        return f"Took {run.data['taken']} of {count}."

    @task()
    def stop_exposure(self, run: Run) -> str:
        """stop_exposure()

        **Task** - End the exposure under way now, keep what it has, and take no more of its series.

        The file says for how long it was exposed. Returns when it is written.
        """
        if not self.rig.camera.read(lambda camera: camera.CanStopExposure):
            raise OperationFailed(
                "This camera cannot keep an exposure that ends early; abort `expose` instead."
            )
        self.series.stop(run)
        return "Stopped."

    @task(lock="camera")
    def set_filter(self, run: Run, filter: str | int) -> str:  # noqa: A002 - the observer's word
        """set_filter(filter)

        **Task** (abortable) - Turn the wheel to a filter, and move the focuser by what their focus differs.

        Args:
            filter (str or int): Name or slot, from 0.

        """
        slot = self.parts.settings.find_slot(filter)
        with self.status.told():
            name = self._set_filter(run, slot)
        return f"Filter {name}."

    @task(lock="camera")
    def set_focus(self, run: Run, position: int | None = None, by: int | None = None) -> str:
        """set_focus(position=None, by=None)

        **Task** (abortable) - Move the focuser to a position, or by so many steps.

        Args:
            position (int): Where to, in steps.
            by (int): How far, in steps; give one of the two.

        """
        if (position is None) == (by is None):
            raise OperationFailed("Give either `position` or `by`.")
        mover = self.parts.settings.focus()
        run.progress(stage="focusing", target=position, unit="step")
        with self.status.told():
            if position is not None:
                mover.move_to(run, position)
            else:
                mover.move_by(run, by or 0)
        return f"Focus at {mover.position()}." if mover.facts.is_absolute else f"Moved by {by}."

    @task(lock="camera")
    def autofocus(
        self,
        run: Run,
        seconds: Seconds = 2.0,
        points: Annotated[int, Field(ge=5, le=51)] = 9,
        step: Annotated[int, Field(ge=1)] | None = None,
        centre: Annotated[int, Field(ge=0)] | None = None,
        filter: str | int | None = None,  # noqa: A002 - the observer's word
        binning: Binning = 1,
        pixels: Annotated[int, Field(ge=64)] = 1024,
    ) -> str:
        """autofocus(seconds=2, points=9, step=None, centre=None, filter=None, binning=1, pixels=1024)

        **Task** (abortable) - Find the focus by a sweep of exposures, and stay there.

        Measures half-flux diameters, fits the V-curve, sweeps further if its floor is near an end, moves to
        the floor and looks whether stars are as small as they should be. If not, or when aborted, the focuser
        goes back to where it was. `session['data']` is `{"points": [[4800, 5.1, 23], ...]}` and, in the end,
        `position`, `diameter`, `curve`, `best_position`, `error_steps`, `floor`, `slope`, `before`. Each step
        is published on feed `focus`. Nothing is written.

        Args:
            seconds (float): Exposure time of each step.
            points (int): How many steps.
            step (int): How far apart, in steps of the focuser; None for what suits the optics.
            centre (int): The middle of the sweep; None for where the focuser is.
            filter (str or int): Name or slot, from 0; None leaves the one that is there.
            binning (int): In x and in y.
            pixels (int): Width and height of the part of the sensor that is read, unbinned.

        """
        mover = self.parts.settings.focus()
        sensor = read_camera(self.rig.camera).sensor
        part = window(sensor, pixels, binning)
        request = ExposureRequest(seconds=seconds, filter=filter, binning=binning, subframe=part)
        prepared = self.parts.imaging.prepare(request, Wishes())
        run.data = {"points": []}
        with self.status.told():
            self._set_filter(run, prepared.plan.slot)
            search = Autofocus(self.parts.exposer, mover, self._publish_focus)
            run.data.update(search.find(run, prepared, Sweep(points, step, centre)))
        return f"Focus at {run.data['position']}, stars of {run.data['diameter']:.2f} pixels."

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

        Args:
            on (bool): Whether to cool.
            celsius (float): The set point; None leaves it.
            wait (bool): Return only when the detector has been cold for a while. An abort ends the waiting.

        """
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

        An abort leaves the set point where it has come to.

        Args:
            celsius_per_minute (float): How fast.

        """
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

    def _set_filter(self, run: Run, slot: int | None) -> str | None:
        if slot is None:
            return None
        run.progress(stage="setting the filter")
        return self.parts.settings.set_filter(run, slot)

    def _publish_focus(self, position: int, point: FocusPoint | None) -> None:
        self.focus.publish_block("focus", focus_sample(position, point))
