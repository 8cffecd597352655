"""Camera: takes images with a camera, its filters, focuser, rotator and cover, and writes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ocs_sim.agent import AgentContext, OperationFailed, Run, Unit, task

from ._camera import (
    FILES,
    FOCUS,
    IMAGES,
    Autofocus,
    CameraOptions,
    ExposureRequest,
    FocusPoint,
    Instrument,
    Series,
    Sweep,
    Wishes,
    focus_sample,
    read_camera,
    window,
)

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), Unit("s")]
Binning = Annotated[int, Field(ge=1)]


class Camera(Instrument):
    """Takes images, and writes them as FITS files with what is known from all agents."""

    aliases = ("Camera",)

    images = IMAGES
    focus = FOCUS
    files = FILES

    def __init__(self, context: AgentContext[CameraOptions]) -> None:
        super().__init__(context)
        self.series = Series(self.parts.imaging, self.images, self.files)

    @task(lock="camera")
    def expose(
        self,
        run: Run,
        seconds: Seconds,
        count: Annotated[int, Field(ge=1, le=100_000)] = 1,
        filter: str | int | None = None,  # noqa: A002 - the observer's word
        binning: Binning = 1,
        subframe: Annotated[list[int], Field(min_length=4, max_length=4)] | None = None,
        part: Literal["square"] | Annotated[list[float], Field(min_length=4, max_length=4)] | None = None,
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
            part (list or str): The same as fractions of width and height, x0, y0, x1, y1; or `square`.
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
            part=part,
            image_type=image_type,
        )
        wishes = Wishes(object_name=object, observer=observer, compress=compress, truth=truth)
        run.progress(stage="asking the devices")
        self.parts.recorder.make_place()
        prepared = self.parts.imaging.prepare(request, wishes)
        if not (prepared.plan.light or prepared.camera.sensor.has_shutter):
            run.message("This camera has no shutter: its cover has to be closed for this.")
        with self.status.told():
            self.turn_to(run, prepared.plan.slot)
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
            self.turn_to(run, prepared.plan.slot)
            search = Autofocus(self.parts.exposer, mover, self._publish_focus)
            run.data.update(search.find(run, prepared, Sweep(points, step, centre)))
        return f"Focus at {run.data['position']}, stars of {run.data['diameter']:.2f} pixels."

    def _publish_focus(self, position: int, point: FocusPoint | None) -> None:
        self.focus.publish_block("focus", focus_sample(position, point))
