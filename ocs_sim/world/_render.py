"""From a scene to numbers: light, charge, noise, converter; in bands of rows, to bound the memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from ocs_sim.world._cosmic import CosmicRay
from ocs_sim.world._detector import BLOCK_ROWS, Detector
from ocs_sim.world._errors import NoImage
from ocs_sim.world._exposure import ExposureRequest
from ocs_sim.world._exposure_scene import Scene
from ocs_sim.world._noise import add_noise, stream
from ocs_sim.world._psf import Floats
from ocs_sim.world._render_bleed import Bleed, bleeds
from ocs_sim.world._render_charge import add_rays, binned, rays_of
from ocs_sim.world._render_stars import add_stars, add_wings
from ocs_sim.world._render_trails import add_trails

_BAND_PIXELS = 1 << 22
_SHOT = 101


class Renderer:
    """Renders the exposures of one detector, one at a time: each on a canvas of a band of rows."""

    def __init__(self, detector: Detector) -> None:
        """Render what this detector records."""
        self.detector = detector
        self._lock = threading.Lock()
        self._canvas = np.empty(0, np.float32)

    def render(self, scene: Scene, wanted: Callable[[], bool] = lambda: True) -> NDArray[np.uint16]:
        """Return an exposure's image, [rows, columns]; the same scene gives the same bytes.

        Raises NoImage once nobody wants it any more, which is asked before each band.
        """
        request = scene.exposure.request
        image = np.empty((request.height or 0, request.width or 0), np.uint16)
        with self._lock, self._canvas_of_its_own():
            numbers = stream(scene.seed, _SHOT, scene.exposure.number)
            spilled, rays = self._bleeds(scene), rays_of(scene, self.detector)
            for rows in self._bands(request):
                if not wanted():
                    raise NoImage(reason="nobody waits any more for what was exposed")
                charge = self._expected(scene, rows, spilled)
                first = (rows.start - request.rows.start) // request.bin_y
                out = image[first : first + len(charge) // request.bin_y]
                self._read_out(scene, charge, rows, rays, numbers, out)
        return image

    @contextmanager
    def _canvas_of_its_own(self) -> Iterator[None]:
        """Give the canvas back at the end: between two exposures it would be memory for nothing."""
        try:
            yield
        finally:
            self._canvas = np.empty(0, np.float32)

    def _bands(self, request: ExposureRequest) -> Iterator[slice]:
        """Yield the rows of the sensor in bands that end with a block of its maps and with a binned row."""
        rows = request.rows
        block = int(np.lcm(BLOCK_ROWS, request.bin_y))
        step = max(_BAND_PIXELS // self.detector.camera.width // block, 1) * block
        for start in range(rows.start, rows.stop, step):
            yield slice(start, min(start + step, rows.stop))

    def _expected(self, scene: Scene, rows: slice, spilled: list[Bleed]) -> Floats:
        """Return the electrons expected in the unbinned pixels of a band, as far as their wells hold them."""
        columns = scene.exposure.request.columns
        canvas = self._clean_canvas(rows.stop - rows.start, columns.stop - columns.start)
        self._add_light(scene, canvas, rows, columns)
        self._through_detector(scene, canvas, rows, columns)
        well = np.float32(self.detector.camera.full_well_electrons)
        for bleed in spilled:
            column = bleed.column - columns.start
            if 0 <= column < canvas.shape[1] and bleed.bottom > rows.start:
                canvas[max(bleed.top - rows.start, 0) : bleed.bottom - rows.start, column] = well
        return canvas

    def _add_light(self, scene: Scene, canvas: Floats, rows: slice, columns: slice) -> None:
        sky = scene.sky
        if sky is None or sky.light.star_seconds <= 0:
            return
        if sky.trails is not None:
            add_trails(canvas, sky.trails, sky.psf, rows.start, columns.start)
            return
        add_stars(canvas, sky.stars.field, sky.psf, rows.start, columns.start)
        beta = self.detector.optics.moffat_beta
        origin = rows.start, columns.start
        add_wings(canvas, sky.stars.field, sky.psf.half_pixels, sky.focus.moffat_fwhm_pixels, beta, origin)

    def _through_detector(self, scene: Scene, canvas: Floats, rows: slice, columns: slice) -> None:
        """Add sky, take the response of the pixels, add their dark current, clip: a block at a time."""
        detector, sky = self.detector, scene.sky
        response = detector.response(sky.samples.slot, rows) if sky else None
        dark = detector.dark(rows) if scene.dark_electrons > 0 else None
        well = np.float32(detector.camera.full_well_electrons)
        for block in _blocks(len(canvas)):
            part = canvas[block]
            if sky is not None and response is not None:
                part += np.float32(sky.light.sky_electrons + sky.light.lamp_electrons)
                part *= response[block, columns]
            if dark is not None:
                part += dark[block, columns] * np.float32(scene.dark_electrons)
            np.minimum(part, well, out=part)

    def _read_out(
        self,
        scene: Scene,
        charge: Floats,
        rows: slice,
        rays: list[CosmicRay],
        numbers: np.random.Generator,
        out: NDArray[np.uint16],
    ) -> None:
        """Turn the expected charge of a band into the numbers that the converter gives."""
        camera, request = self.detector.camera, scene.exposure.request
        on_chip = camera.binning == "ccd"
        bins = (request.bin_y, request.bin_x) if on_chip else (1, 1)
        chip = binned(charge, *bins)
        noise = camera.read_noise_electrons * camera.readout_noise_of_modes[request.readout_mode]
        for block in _blocks(len(chip)):
            add_noise(chip[block], noise, numbers)
        add_rays(chip, rays, (rows.start, request.columns.start), bins)
        down, across = self.detector.bias_adu(rows, request.columns, bins[1], bins[0])
        well = np.float32(camera.full_well_electrons * bins[0] * bins[1])
        for block in _blocks(len(chip)):
            part = chip[block]
            np.minimum(part, well, out=part)
            part *= np.float32(1 / camera.electrons_per_adu)
            part += down[block, None]
            part += across
            np.rint(part, out=part)
            np.clip(part, 0, camera.max_adu, out=part)
        numbers_out = chip if on_chip else binned(chip, request.bin_y, request.bin_x)
        np.copyto(out, np.minimum(numbers_out, camera.max_adu, out=numbers_out), casting="unsafe")

    def _bleeds(self, scene: Scene) -> list[Bleed]:
        sky, camera = scene.sky, self.detector.camera
        if sky is None or sky.trails is not None:
            return []
        background = sky.light.sky_electrons + sky.light.lamp_electrons
        return bleeds(sky.stars.field, sky.psf, background, camera.full_well_electrons, camera.height)

    def _clean_canvas(self, rows: int, columns: int) -> Floats:
        if self._canvas.size < rows * columns:
            self._canvas = np.empty(rows * columns, np.float32)
        canvas = self._canvas[: rows * columns].reshape(rows, columns)
        canvas.fill(0)
        return canvas


def _blocks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, BLOCK_ROWS):
        yield slice(start, min(start + BLOCK_ROWS, rows))
