"""What the simulated observatory costs: images of 2048 x 2048 by effect, one of 10560 x 10560, its server."""

import multiprocessing
import os
import resource
import statistics
from collections.abc import Callable

import numpy as np

from bench import alpaca
from bench._tools import seconds
from ocs_sim.world._noise import add_noise, stream
from ocs_sim.world._optics import image_of_point
from ocs_sim.world._render_stars import add_stars
from tests.world.observing import begin, light_panel, open_world

SIZE = 2048
FIELD = {"hour_angle": -3.5, "declination": -32.0}  # in the Milky Way, where there are most stars
Figures = dict[str, float]


def measure() -> dict[str, object]:
    results = {"frame": _frames(), "effects": _effects()}
    if not os.environ.get("BENCH_QUICK"):
        results["toros, 10560 x 10560"] = _in_a_process(_toros)
    for name, figures in results.items():
        print(f"  {name}")
        for what, figure in figures.items():
            print(f"    {what:<66}{figure}")
    return {**results, "alpaca": alpaca.measure()}


def _frames() -> Figures:
    """Time whole frames, from the question to the parts of the world to the last byte."""
    world = open_world(SIZE, **FIELD)
    figures = {
        "light of 10 s, ms": _images(world, 10.0),
        "light of 300 s, ms": _images(world, 300.0),
        "light of 1 s, few electrons, ms": _images(world, 1.0),
        "dark of 300 s, ms": _images(world, 300.0, light=False),
        "bias, ms": _images(world, 0.0, light=False),
        "light of 10 s, binned 2 x 2, ms": _images(world, 10.0, bin_x=2, bin_y=2),
        "light of 10 s, subframe of 512 x 512, ms": _images(world, 10.0, width=512, height=512),
    }
    light_panel(world, 255)
    figures["flat of 1 s, ms"] = _images(world, 1.0)
    return figures


def _images(world, duration: float, **request) -> float:
    def once() -> float:
        begin(world, duration, **request)
        return seconds(world.camera.image)

    once()
    return _milliseconds(once)


def _effects() -> Figures:
    """Time the parts of the 10 s frame one by one, on maps that are made already."""
    world = open_world(SIZE, **FIELD)
    begin(world, 10.0)
    world.camera.image()
    scene, renderer = world.camera.scene(), world.camera._renderer
    sky, rows = scene.sky, slice(0, SIZE)
    canvas = np.zeros((SIZE, SIZE), np.float32)
    charge = renderer._expected(scene, rows, []).copy()
    out = np.empty((SIZE, SIZE), np.uint16)
    read = (rows, [], stream(1), out)
    kernel = sky.motion.kernel(sky.light.shares)
    return {
        "stars": len(sky.stars.field),
        "scene: pointing, weather, catalogue, ms": _scene(world),
        "image of a point, blurred, ms": _timed(
            lambda: image_of_point(world.profile.optics, 2.0, 2.0, kernel).stamps
        ),
        "stars on the canvas, ms": _timed(lambda: add_stars(canvas, sky.stars.field, sky.psf, 0, 0)),
        "sky, pixel response, vignetting, dust, dark current, wells, ms": _timed(
            lambda: renderer._through_detector(scene, canvas, rows, rows)
        ),
        "shot and read noise, ms": _timed(lambda: _noise(charge.copy())),
        "noise, gain, bias, converter, ms": _timed(lambda: renderer._read_out(scene, charge.copy(), *read)),
    }


def _scene(world) -> float:
    def once() -> float:
        begin(world, 10.0)
        return seconds(world.camera.scene)

    return _milliseconds(once)


def _noise(charge) -> None:
    numbers = stream(2)
    for start in range(0, SIZE, 64):
        add_noise(charge[start : start + 64], 6.0, numbers)


def _timed(call: Callable[[], object]) -> float:
    return _milliseconds(lambda: seconds(call))


def _milliseconds(once: Callable[[], float]) -> float:
    return round(statistics.median(once() for _ in range(7)) * 1e3, 1)


def _toros() -> Figures:
    world = open_world(10560, profile="toros", hour_angle=-3.0, declination=-32.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin(world, 300.0)
    took = seconds(world.camera.image)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "light of 300 s, s": round(took, 2),
        "stars": len(world.camera.scene().sky.stars.field),
        "peak memory of the process, MB": round(peak / 1e3),
        "before the image, MB": round(before / 1e3),
    }


def _in_a_process(call: Callable[[], Figures]) -> Figures:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(call)
