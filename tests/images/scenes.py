"""Facts and pixels for tests of images."""

import numpy as np

from ocs_sim.images import (
    Detector,
    Dome,
    Exposure,
    Facts,
    ImageName,
    Observer,
    Optics,
    Pointing,
    Simulation,
    Site,
    Stack,
    Target,
    Weather,
)

START = 1_795_230_000.25  # 2026-11-21T03:00:00.250
NAME = ImageName("tst", "cam1", "20261120", 42)
SITE = Site("tst", -31.598, -64.546, 1250.0, name="Bosque Alegre")
DETECTOR = Detector(
    "Simulated camera",
    128,
    96,
    9.0,
    9.0,
    electrons_per_adu=1.5,
    read_noise_electrons=6.0,
    saturation_adu=65535,
    full_well_electrons=90_000,
    gain_setting=100,
    offset_setting=10,
    readout_mode="Fast",
    sensor="SIM-9",
    temperature_celsius=-9.9,
    set_point_celsius=-10.0,
    cooler_percent=40.0,
)
OPTICS = Optics("T0.3", 1856.4, 300.0, "R", 5000, 8.5, 12.0)
POINTING = Pointing(83.822, -5.391, position_angle_degrees=12.0, pier_side="east", tracking=True)
WEATHER = Weather(10.0, 45.0, -1.5, 880.0, 3.0, 5.0, 270.0, 0.0, 0.0, -25.0, 21.5, 1.4)


def all_facts(**other):
    """Return facts of which none is left out; `other` replace some."""
    facts = {
        "exposure": Exposure(START, 30.0, sequence=1, count=3),
        "detector": DETECTOR,
        "optics": OPTICS,
        "pointing": POINTING,
        "target": Target("M 42", 83.8187, -5.3897),
        "site": SITE,
        "dome": Dome(95.0, "open"),
        "weather": WEATHER,
        "observer": Observer("Ada Lovelace", "ada", "google-oauth2|1", "winter"),
        "stack": Stack("20261120", 2, 5),
        "simulation": Simulation(1, "fast"),
        "name": NAME,
    }
    return Facts(**facts | other)


def sky(shape=(96, 128), seed=1, stars=12):
    """Return uint16 pixels of a sky with stars."""
    random = np.random.default_rng(seed)
    pixels = random.normal(800, 12, shape)
    y, x = np.mgrid[: shape[0], : shape[1]]
    for _ in range(stars):
        squared = (x - random.uniform(0, shape[1])) ** 2 + (y - random.uniform(0, shape[0])) ** 2
        pixels += 10 ** random.uniform(2, 4.5) * (1 + squared / 4) ** -2.5
    return np.clip(pixels, 0, 65535).astype(np.uint16)
