"""Images: what is the same in them, what moves, what overflows, what dims them."""

import tracemalloc

import numpy as np
import pytest
import sep

from ocs_sim.sky import Stars
from ocs_sim.world import ExposureRequest
from tests.world.observing import STEADY, begin, closed_world, light_panel, open_world, take
from tests.world.worlds import PERFECT_MOUNT

RICH = {"hour_angle": -3.5, "declination": -32.0}
QUIET = {"camera.cosmic_rays_per_square_centimetre_minute": 0.0, "camera.hot_pixel_fraction": 0.0}


def test_same_seed_clock_and_commands_same_bytes():
    images = [take(open_world(256, **RICH, seed=7), 5.0) for _ in range(2)]
    assert np.array_equal(*images)
    assert not np.array_equal(images[0], take(open_world(256, **RICH, seed=8), 5.0))


def test_each_exposure_has_noise_of_its_own():
    world = closed_world(256)
    first, second = take(world, 0, light=False), take(world, 0, light=False)
    assert np.count_nonzero(first != second) > 0.9 * first.size


def test_bands_leave_no_seams(monkeypatch):
    whole = open_world(300, **RICH, **QUIET)
    begin(whole, 20.0)
    expected = whole.camera._renderer._expected(whole.camera.scene(), slice(0, 300), []).copy()
    monkeypatch.setattr("ocs_sim.world._render._BAND_PIXELS", 1)
    renderer, scene = whole.camera._renderer, whole.camera.scene()
    bands = list(renderer._bands(scene.exposure.request))
    assert len(bands) == 5
    banded = np.concatenate([renderer._expected(scene, rows, []).copy() for rows in bands])
    assert banded == pytest.approx(expected, rel=1e-4, abs=0.02)


def test_a_subframe_shows_the_same_pixels():
    world = closed_world(256, **{**QUIET, "camera.hot_pixel_fraction": 2e-3})
    part = {"start_x": 31, "start_y": 57, "width": 100, "height": 80}
    window = slice(57, 137), slice(31, 131)

    def means(**request):
        return np.mean([take(world, **request) for _ in range(6)], axis=0)

    dark_full, dark_part = (means(seconds=60, light=False, **each) for each in ({}, part))
    full = dark_full[window] - np.median(dark_full)
    assert np.corrcoef(full.ravel(), (dark_part - np.median(dark_part)).ravel())[0, 1] > 0.95
    hot = full > 500
    assert hot.sum() > 3
    assert dark_part[hot] == pytest.approx(dark_full[window][hot], rel=0.05)

    bias_full, bias_part = (means(seconds=0, light=False, **each).mean(axis=0) for each in ({}, part))
    assert np.corrcoef(bias_full[window[1]], bias_part)[0, 1] > 0.95, "the same columns"

    light_panel(world, 255)
    flat_full, flat_part = (means(seconds=2.0, **each) for each in ({}, part))
    ratio = flat_part / flat_full[window]
    assert np.std(flat_full[window]) / np.mean(flat_full[window]) > 0.006
    assert ratio.mean() == pytest.approx(1.0, abs=0.001)
    assert ratio.std() < 0.005, "only the noise of both is left"


class OneStar:
    """A catalogue of a single star."""

    def __init__(self, ra_degrees, dec_degrees, magnitude):
        self.star = [np.array([value]) for value in (ra_degrees, dec_degrees, magnitude, 0.0)]

    def stars_near(self, ra_degrees, dec_degrees, radius_degrees, faintest_magnitude, *, unix=None):
        return Stars(*self.star)


def world_of_one_star(magnitude, size=256, **overrides):
    """Return a world whose only star is where the telescope points."""
    world = open_world(size, **RICH, **STEADY, **PERFECT_MOUNT, **QUIET, **overrides)
    begin(world, 1.0)
    sky = world.camera.truth().sky
    world._catalogue = OneStar(sky.ra_degrees, sky.dec_degrees, magnitude)
    return world


def test_a_binned_subframe_shows_the_same_star():
    world = world_of_one_star(11.0)
    places = []
    for request in ({}, {"bin_x": 2, "bin_y": 2, "start_x": 10, "start_y": 20, "width": 80, "height": 70}):
        image = np.ascontiguousarray(take(world, 10.0, **request))
        stars = world.camera.truth().sky.stars
        x, y, _ = sep.winpos(image - np.median(image), stars.x, stars.y, [1.5])
        assert (x[0], y[0]) == (pytest.approx(stars.x[0], abs=0.1), pytest.approx(stars.y[0], abs=0.1))
        places.append((x[0], y[0]))
    assert image.shape == (70, 80)
    assert 2 * (places[1][0] + 10) + 0.5 == pytest.approx(places[0][0], abs=0.15)
    assert 2 * (places[1][1] + 20) + 0.5 == pytest.approx(places[0][1], abs=0.15)


def test_a_shut_dome_and_a_dome_turned_away_leave_the_sky_dark():
    world = open_world(128, **RICH)
    sky = np.median(take(world, 20.0))
    world.dome.slew_to_azimuth((world.dome.azimuth_degrees + 120) % 360)
    world.clock.advance(60)
    away = np.median(take(world, 20.0))
    dark = np.median(take(world, 20.0, light=False))
    assert sky > dark + 30
    assert away == pytest.approx(dark, abs=3)
    assert world.camera.truth().sky is None


def test_a_dome_half_in_the_way_dims_stars_and_sky_alike():
    world = open_world(256, **RICH, **STEADY)
    begin(world, 20.0)
    clear = world.camera.truth().sky
    azimuth = world.dome.azimuth_degrees
    for off in range(3, 60, 3):
        world.dome.slew_to_azimuth((azimuth + off) % 360)
        world.clock.advance(20)
        begin(world, 20.0)
        if world.camera.truth().sky.clear_fraction < 0.7:
            break
    dimmed = world.camera.truth().sky
    assert 0.1 < dimmed.clear_fraction < 0.7
    # Meanwhile the field has sunk a little: the sky and the air are those of the later moment.
    sky = 10 ** (-0.4 * (dimmed.sky_magnitudes - clear.sky_magnitudes))
    assert dimmed.sky_electrons / clear.sky_electrons / sky == pytest.approx(dimmed.clear_fraction, rel=0.01)
    air = dimmed.extinction_magnitudes - clear.extinction_magnitudes
    share = 10 ** (-0.4 * (clear.zero_point_magnitudes - dimmed.zero_point_magnitudes - air))
    assert share == pytest.approx(dimmed.clear_fraction, rel=0.01)


def test_stars_draw_lines_when_the_mount_stands_still():
    world = world_of_one_star(9.0)
    take(world, 1.0)
    assert not world.camera.truth().sky.trailed
    world.mount.set_tracking(False)
    image = take(world, 6.0)
    assert world.camera.truth().sky.trailed
    rows, columns = np.nonzero(image > np.median(image) + 60)
    # The sky turns by 15.04 arcsec a second along right ascension, which is along the rows of pixels here.
    assert np.ptp(columns) == pytest.approx(6 * 15.04 * np.cos(np.radians(-32)), abs=6)
    assert np.ptp(rows) < 12


def test_short_trails_and_long_ones_hold_the_same_light(monkeypatch):
    def light(longest):
        monkeypatch.setattr("ocs_sim.world._exposure_motion._LONGEST_KERNEL_PIXELS", longest)
        world = open_world(256, hour_angle=-1.0, declination=0.0, **STEADY, **PERFECT_MOUNT, **QUIET)
        world.mount.set_tracking(False)
        begin(world, 1.0)
        scene = world.camera.scene()
        assert (scene.sky.trails is None) == (longest > 20)
        return world.camera._renderer._expected(scene, slice(0, 256), []).copy()

    together, drawn = light(40.0), light(1.0)
    inner = slice(20, -20), slice(40, -40)
    assert np.corrcoef(together[inner].ravel(), drawn[inner].ravel())[0, 1] > 0.98
    assert together[inner].sum() == pytest.approx(drawn[inner].sum(), rel=0.005)


def test_a_field_that_turns_draws_arcs():
    world = open_world(256, **RICH, **STEADY, **PERFECT_MOUNT)
    world.rotator.move_mechanical((world.rotator.mechanical + 5) % 360)
    begin(world, 5.0)
    assert world.camera.truth().sky.trailed


def test_slewing_through_the_sky_is_survived():
    world = open_world(128, **RICH)
    world.mount.slew_to_equatorial((world.mount.right_ascension_hours + 3) % 24, -60.0)
    image = take(world, 2.0)
    assert world.camera.truth().sky.trailed
    assert np.median(image) < 2000


def test_bright_stars_fill_wells_and_bleed_along_columns():
    world = open_world(256, **RICH, **STEADY, **PERFECT_MOUNT, **QUIET)
    begin(world, 1.0)
    scene = world.camera.scene()
    star = scene.sky.stars.field
    star.x[0], star.y[0], star.electrons[0] = 128.0, 100.0, 3e7
    image = world.camera.image().astype(float)
    full = image > 65000
    assert full[:, 127:130].any(axis=1).sum() > 100, "a long column"
    assert full[100].sum() < 30, "a narrow one"
    held = np.minimum(image - 1000, 64535).sum()
    assert held < 1.2 * (3e7 + image.size * np.median(image - 1000))


def test_bright_stars_have_wings_beyond_their_stamps():
    world = open_world(512, **RICH, **STEADY, **PERFECT_MOUNT, **QUIET)
    begin(world, 1.0)
    scene = world.camera.scene()
    star, psf = scene.sky.stars.field, scene.sky.psf
    star.x[0], star.y[0], star.electrons[0] = 256.0, 256.0, 3e8
    light = world.camera._renderer._expected(scene, slice(0, 512), [])
    half = psf.half_pixels
    inside, outside = light[256, 256 + half - 1], light[256, 256 + half + 2]
    assert outside / inside == pytest.approx(((half - 1) / (half + 2)) ** 6, rel=0.15), "no edge"
    background = np.median(light[:20, :20])
    assert light[256, 256 + 3 * half] > background


def test_nothing_of_a_large_sensor_is_held_at_once_but_its_image(monkeypatch):
    monkeypatch.setattr("ocs_sim.world._render._BAND_PIXELS", 1 << 18)
    monkeypatch.setattr("ocs_sim.world._detector._CACHED_PIXELS", 0)
    world = open_world(2048, **RICH)
    begin(world, 5.0)
    scene = world.camera.scene()
    tracemalloc.start()
    image = world.camera._renderer.render(scene)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert image.shape == (2048, 2048)
    assert peak < image.nbytes + 12e6, "a whole map of floats would be 17 MB"


def test_filters_differ():
    world = open_world(128, **RICH, **STEADY)
    skies = []
    for slot in range(5):
        world.wheel.set_position(slot)
        world.clock.advance(5)
        begin(world, 10.0)
        truth = world.camera.truth().sky
        assert truth.filter_name == world.wheel.names[slot]
        skies.append(truth.sky_electrons)
    assert skies[0] > skies[1] > skies[4]


def test_a_wheel_on_its_way_lets_less_light_through():
    world = open_world(128, **RICH, **{"wheel.seconds_per_slot": 2.0})
    world.wheel.set_position(2)
    begin(world, 8.0)
    assert world.camera.truth().sky.clear_fraction == pytest.approx(0.5, abs=0.1)


def test_the_readout_begins_when_the_shutter_is_shut_whatever_is_asked():
    world = open_world(64)
    exposure = world.camera.start_exposure(ExposureRequest(1.0))
    assert exposure.commanded_unix < exposure.opened_unix < exposure.closed_unix < exposure.read_unix
