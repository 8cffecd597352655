"""The detector's fixed maps, its counting, and what hits it."""

import numpy as np
import pytest

from ocs_sim.world._cosmic import cosmic_rays
from ocs_sim.world._detector import Detector, dark_electrons_per_second
from ocs_sim.world._detector_profile import CameraProfile
from ocs_sim.world._noise import add_noise, stream
from ocs_sim.world._optics_profile import OpticsProfile
from tests.world.observing import begin, closed_world, light_panel, take


def detector(seed=1, **changed):
    return Detector(CameraProfile(**{"width": 256, "height": 200, **changed}), OpticsProfile(), seed)


def test_any_rows_of_a_map_are_those_of_the_whole():
    whole, whole_dark = detector().response(2, slice(0, 200)), detector().dark(slice(0, 200))
    assert np.array_equal(detector().response(2, slice(37, 141)), whole[37:141])
    assert np.array_equal(detector().dark(slice(60, 70)), whole_dark[60:70])


def test_maps_that_are_too_large_to_be_kept_are_the_same(monkeypatch):
    kept = detector().response(1, slice(30, 150)), detector().dark(slice(30, 150))
    monkeypatch.setattr("ocs_sim.world._detector._CACHED_PIXELS", 0)
    fresh = detector()
    assert np.array_equal(fresh.response(1, slice(30, 150)), kept[0])
    assert np.array_equal(fresh.dark(slice(30, 150)), kept[1])


def test_maps_belong_to_their_seed():
    assert not np.array_equal(detector(1).response(0, slice(0, 64)), detector(2).response(0, slice(0, 64)))
    assert not np.array_equal(detector(1).dark(slice(0, 64)), detector(2).dark(slice(0, 64)))


def test_filters_share_pixels_and_the_window_but_have_dust_of_their_own():
    first, second = detector().response(0, slice(0, 200)), detector().response(1, slice(0, 200))
    ratio = first / second
    assert np.median(ratio) == pytest.approx(1.0, abs=1e-6), "most pixels see none of it"
    assert 0.9 < ratio.min() < 0.99
    assert 1.01 < ratio.max() < 1.1


def test_corners_see_less():
    light = detector(pixel_response_rms=0.0).response(0, slice(0, 200))
    assert light[:4, :4].mean() == pytest.approx((1 - 0.12) / 0.96, abs=0.01)
    assert light[95:105, 120:136].max() == pytest.approx(1 / 0.96, abs=1e-3)
    assert light.mean() == pytest.approx(1.0, abs=0.003)


def test_hot_pixels_are_as_many_as_the_profile_says():
    dark = detector(width=1024, height=1024, hot_pixel_fraction=2e-4).dark(slice(0, 1024))
    assert np.count_nonzero(dark > 5) == pytest.approx(2e-4 * 1024**2, rel=0.25)
    assert np.median(dark) == pytest.approx(1.0, abs=0.01)


def test_dark_current_doubles():
    camera = CameraProfile()
    cold, warm = dark_electrons_per_second(camera, np.array([0.0, 6.5]))
    assert (cold, warm) == (pytest.approx(0.4), pytest.approx(0.8))


@pytest.mark.parametrize("electrons", [0.002, 0.3, 3.0, 20.0, 200.0])
def test_electrons_are_counted_by_poissons_law(electrons):
    expected = electrons * (1 + 0.1 * np.linspace(-1, 1, 512)) * np.ones((256, 1))
    counted = expected.astype(np.float32)
    add_noise(counted, 0.0, stream(5, 1))
    off = (counted - expected).ravel()
    size = off.size
    assert abs(off.mean()) < 4.5 * np.sqrt(electrons / size)
    assert (off**2).mean() == pytest.approx(electrons, rel=4.5 * np.sqrt((2 + 1 / electrons) / size))
    if electrons < 24:
        assert np.all(counted == np.rint(counted))
        skewness = (off**3).mean() / (off**2).mean() ** 1.5
        assert skewness == pytest.approx(electrons**-0.5, rel=0.1, abs=0.03)


def test_a_few_bright_pixels_among_dark_ones_are_counted_right():
    expected = np.full((64, 512), 0.05, np.float32)
    expected[::8, ::8] = 5000.0
    counted = expected.copy()
    add_noise(counted, 0.0, stream(5, 2))
    bright = counted[::8, ::8]
    assert bright.mean() == pytest.approx(5000, abs=5 * np.sqrt(5000 / bright.size))
    assert bright.std() == pytest.approx(np.sqrt(5000), rel=0.2)


@pytest.mark.parametrize("electrons", [150.0, 160.0, 400.0, 20000.0])
def test_the_glow_of_a_bright_star_in_a_dark_image_is_counted_right(electrons):
    counted = np.full((64, 2048), 0.1, np.float32)
    counted[:, 512:1024] = electrons
    add_noise(counted, 0.0, stream(5, 3))
    glow = counted[:, 512:1024].astype(float)
    assert glow.mean() == pytest.approx(electrons, abs=4.5 * np.sqrt(electrons / glow.size))
    assert glow.var() == pytest.approx(electrons, rel=4.5 * np.sqrt(2 / glow.size))


def test_streams_are_those_of_their_purpose():
    assert stream(1, 2, 3).integers(1 << 60) == stream(1, 2, 3).integers(1 << 60)
    assert stream(1, 2, 3).integers(1 << 60) != stream(1, 2, 4).integers(1 << 60)
    assert stream(1, 2, 3).integers(1 << 60) != stream(2, 2, 3).integers(1 << 60)


def test_cosmic_rays_come_as_often_as_they_should():
    counts = [len(cosmic_rays(20.0, (100, 100), stream(seed))) for seed in range(200)]
    assert np.mean(counts) == pytest.approx(20.0, abs=1.5)
    for ray in cosmic_rays(50.0, (100, 100), stream(9)):
        assert ray.electrons.sum() > 50
        assert max(ray.electrons.shape) < 310


def test_a_dark_shows_its_cosmic_rays():
    world = closed_world(256, **{"camera.cosmic_rays_per_square_centimetre_minute": 300.0})
    light = take(world, 30.0, light=False)
    count = world.camera.truth().cosmic_rays
    assert count > 3
    dark = take(world, 30.0, light=False)
    struck = np.abs(light - dark) > 200
    assert struck.sum() > count


def test_the_converter_and_the_wells_end_somewhere():
    world = closed_world(64, **{"camera.full_well_electrons": 50000.0})
    light_panel(world, 255)
    full = take(world, 60.0)
    assert full.max() == pytest.approx(50000 + 1000, abs=40)
    world = closed_world(64, **{"camera.electrons_per_adu": 0.5})
    light_panel(world, 255)
    assert take(world, 60.0).min() == 65535


@pytest.mark.parametrize(("kind", "noise"), [("ccd", 6.0), ("cmos", 12.0)])
def test_binning_adds_charge_before_or_numbers_after_it_is_read(kind, noise):
    world = closed_world(256, **{"camera.binning": kind})
    biases = [take(world, 0, light=False, bin_x=2, bin_y=2) for _ in range(2)]
    assert biases[0].shape == (128, 128)
    assert (biases[0] - biases[1]).std() / np.sqrt(2) == pytest.approx(noise, rel=0.04)
    truth = world.camera.truth()
    assert (truth.read_noise_electrons, truth.bias_adu) == (noise, 1000.0 if kind == "ccd" else 4000.0)
    light_panel(world, 60)
    begin(world, 0.5)
    single = np.median(world.camera.image()) - 1000.0
    binned = np.median(take(world, 0.5, bin_x=2, bin_y=2)) - np.median(biases[0])
    assert binned == pytest.approx(4 * single, rel=0.02)
    assert np.median(biases[0]) == pytest.approx(1000.0 if kind == "ccd" else 4000.0, abs=10)


def test_the_fast_mode_is_noisier():
    world = closed_world(256)
    noises = []
    for mode in (0, 1):
        pair = [take(world, 0, light=False, readout_mode=mode) for _ in range(2)]
        noises.append((pair[0] - pair[1]).std() / np.sqrt(2))
    assert noises[1] / noises[0] == pytest.approx(1.5, rel=0.03)
