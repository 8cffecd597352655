"""Images of one camera: planned, exposed, described and written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.agent import OperationFailed, Run
from ocs_sim.images import Truth

from ._exposing import Exposer, RawImage
from ._facts import Around, Gathered, Told, gather
from ._heard import HeardFeed
from ._instrument import CameraFacts, InstrumentState, read_camera, read_filters, read_state
from ._labels import Labels
from ._options import CameraOptions
from ._plan import ExposurePlan, ExposureRequest, make_plan
from ._recording import Recorder, Written
from ._rig import Rig
from ._statistics import describe_pixels, describe_stars
from ._telescope import TelescopeFacts, complete
from ._telling import Telling
from ._truth import NoTruth, fetch_simulation, fetch_truth, knows_truth
from ._wheel import FilterNames

_WITH_STARS = "light"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the observer wants of the files."""

    object_name: str = ""
    observer: str = ""
    compress: bool = False
    truth: bool = False


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A plan, and what was asked of the devices in order to make it."""

    plan: ExposurePlan
    wishes: Wishes
    camera: CameraFacts
    filters: FilterNames
    telescope: TelescopeFacts


@dataclass(frozen=True)
class Taken:
    """An image that was written, and what it is like."""

    written: Written
    raw: RawImage
    filter_name: str | None
    slot: int
    statistics: Mapping[str, Any]
    problems: list[str]


class Imaging:
    """Takes images with one rig; `ears` are the feeds of other agents, by what they are of."""

    def __init__(
        self,
        rig: Rig,
        exposer: Exposer,
        recorder: Recorder,
        options: CameraOptions,
        labels: Labels,
        ears: Mapping[str, HeardFeed],
    ) -> None:
        self._rig = rig
        self._exposer = exposer
        self._recorder = recorder
        self._options = options
        self._labels = labels
        self._ears = ears

    def prepare(self, request: ExposureRequest, wishes: Wishes) -> Prepared:
        """Ask the devices what they are and check the request; raises BadExposure, NoTruth, DeviceError."""
        camera = read_camera(self._rig.camera)
        filters = read_filters(self._rig)
        plan = make_plan(request, camera.sensor, filters)
        if wishes.truth and not knows_truth(camera):
            raise NoTruth(camera=self._rig.camera.device)
        return Prepared(
            plan=plan,
            wishes=wishes,
            camera=camera,
            filters=filters,
            telescope=self.read_telescope(),
        )

    def read_telescope(self) -> TelescopeFacts:
        """Return what is known of the telescope."""
        options = self._options
        told = TelescopeFacts(
            name=options.telescope_name,
            focal_length_metres=options.focal_length,
            aperture_metres=options.aperture,
            latitude_degrees=options.latitude,
            longitude_degrees=options.longitude,
            elevation_metres=options.elevation,
        )
        return complete(told, self._rig.telescope, self._labels.identity)

    def take(self, run: Run, prepared: Prepared, sequence: int, stop: threading.Event) -> Taken:
        """Take and write image `sequence`, from 1, which `stop` ends early; raises what its parts do."""
        plan, wishes = prepared.plan, prepared.wishes
        telling = Telling(run, sequence, plan.count)
        before = read_state(self._rig)
        raw = self._exposer.expose(telling, plan, stop)
        # From here on there is an image, and nothing that cannot be asked may lose it.
        telling.stage("writing", 1.0)
        truth, problems = self._truth(prepared)
        known = self._gathered(prepared, raw, before, problems)
        slot = -1 if before.filter is None else before.filter
        filter_name = prepared.filters.name_of(slot)
        told = self._told(wishes, filter_name or "", sequence)
        name = self._recorder.next_name(raw.start, prepared.telescope.longitude_degrees)
        facts = gather(raw, plan, told, known, name)
        written = self._recorder.write(name, raw.pixels, facts, compress=wishes.compress, truth=truth)
        statistics = _describe(plan, raw, prepared.camera.most_adu)
        return Taken(written, raw, filter_name, slot, statistics, known.problems)

    def _truth(self, prepared: Prepared) -> tuple[Truth | None, tuple[str, ...]]:
        if not prepared.wishes.truth:
            return None, ()
        try:
            return fetch_truth(self._rig.camera, prepared.camera), ()
        except OperationFailed as fault:
            return None, (str(fault).rstrip("."),)

    def _gathered(
        self, prepared: Prepared, raw: RawImage, before: InstrumentState, problems: tuple[str, ...]
    ) -> Gathered:
        return Gathered(
            camera=prepared.camera,
            telescope=prepared.telescope,
            before=before,
            after=read_state(self._rig),
            mount=Around.of(self._ears.get("mount"), raw),
            dome=Around.of(self._ears.get("dome"), raw),
            weather=Around.of(self._ears.get("weather"), raw),
            simulation=fetch_simulation(self._rig.camera, prepared.camera),
            further_problems=problems,
        )

    def _told(self, wishes: Wishes, filter_name: str, sequence: int) -> Told:
        options = self._options
        return Told(
            instrument=self._labels.instrument,
            site_code=self._labels.site_code,
            site_name=self._labels.site_name,
            observer=wishes.observer or options.observer,
            object_name=wishes.object_name,
            camera_angle_degrees=options.camera_angle,
            mirrored=options.mirrored,
            read_noise_electrons=options.read_noise,
            filter_name=filter_name,
            sequence=sequence,
        )


def _describe(plan: ExposurePlan, raw: RawImage, most_adu: int | None) -> dict[str, Any]:
    stars: Mapping[str, Any] = {"stars": None, "fwhm": None}
    if plan.image_type == _WITH_STARS:
        stars = describe_stars(raw.pixels, most_adu)
    return {**describe_pixels(raw.pixels, most_adu), **stars}
