"""What is measured of stars, against stars whose measures are known."""

import numpy as np
import pytest

from ocs_sim.pipeline import BadImage, extract_stars
from tests.pipeline.fields import render, scattered

SHAPE = (300, 400)


def nearest(stars, x, y):
    """Return for each detection the index of the true star, and the distance to it."""
    distance = np.hypot(stars.x[:, None] - x, stars.y[:, None] - y)
    return distance.argmin(axis=1), distance.min(axis=1)


@pytest.fixture(scope="module")
def truth():
    """Stars on a jittered grid: apart from each other."""
    rng = np.random.default_rng(3)
    columns, rows = np.meshgrid(np.arange(30, 380, 40), np.arange(30, 280, 40))
    x = columns.ravel() + rng.uniform(-5, 5, columns.size)
    y = rows.ravel() + rng.uniform(-5, 5, rows.size)
    return x, y, rng.permutation(np.geomspace(3_000, 60_000, x.size))


@pytest.fixture(scope="module")
def stars(truth):
    return extract_stars(render(SHAPE, *truth))


def test_all_stars_are_found_and_nothing_else(stars, truth):
    index, distance = nearest(stars, *truth[:2])
    assert sorted(index) == list(range(len(truth[0])))
    assert distance.max() < 0.3


def test_bright_stars_are_where_they_are(stars, truth):
    _, distance = nearest(stars[:20], *truth[:2])
    assert np.sqrt((distance**2).mean()) < 0.03


def test_fluxes_are_right_and_their_errors_too(stars, truth):
    index, _ = nearest(stars, *truth[:2])
    assert np.median(stars.flux / truth[2][index]) == pytest.approx(1.0, abs=0.01)
    pulls = (stars.flux - truth[2][index]) / stars.flux_error
    assert 0.5 < np.std(pulls) < 2.0


def test_the_brightest_comes_first(stars):
    assert (np.diff(stars.flux) <= 0).all()
    assert stars[:3].x.tolist() == stars.x[:3].tolist()


def test_the_background_is_measured(stars):
    assert stars.background_level == pytest.approx(200, abs=1)
    assert stars.background_noise == pytest.approx(5, rel=0.1)


@pytest.mark.parametrize(("fwhm", "beta"), [(2.5, None), (4.0, None), (3.0, 3.0), (5.0, 3.0), (5.0, 4.0)])
def test_widths_are_those_of_the_profile(truth, fwhm, beta):
    stars = extract_stars(render(SHAPE, *truth, fwhm=fwhm, beta=beta))
    in_pixels = np.hypot(fwhm, 0.64)  # pixels that sum the light widen it
    assert stars.median_fwhm_pixels == pytest.approx(in_pixels, rel=0.04)
    if beta is None:
        assert stars.median_half_flux_diameter_pixels == pytest.approx(in_pixels, rel=0.03)


def test_saturated_stars_and_those_on_the_edge_are_flagged():
    x, y, flux = [100.0, 200.0, 2.0], [150.0, 150.0, 80.0], [2_000_000.0, 20_000.0, 20_000.0]
    image = np.clip(render(SHAPE, x, y, flux), 0, 65_535).astype(np.uint16)
    stars = extract_stars(image)
    index, _ = nearest(stars, np.array(x), np.array(y))
    assert stars.saturated[np.argsort(index)].tolist() == [True, False, False]
    assert stars.on_edge[np.argsort(index)].tolist() == [False, False, True]
    assert stars.clean[np.argsort(index)].tolist() == [False, True, False]


@pytest.mark.parametrize("full", [30_000, 40_000.0])
def test_a_detector_that_is_full_below_the_largest_number_is_noticed(full):
    image = np.minimum(render(SHAPE, [100.0, 200.0], [150.0, 150.0], [2e6, 2e4]), full)
    assert extract_stars(image).saturated.tolist() == [True, False]
    assert extract_stars(image, saturation=full * 2).saturated.tolist() == [False, False]


def test_hot_pixels_are_no_stars():
    image = render(SHAPE, [100.0], [150.0], [50_000.0])
    for row, column in ((50, 60), (200, 300), (250, 33)):
        image[row, column] += 20_000
    stars = extract_stars(image)
    assert len(stars) == 1
    assert stars.x[0] == pytest.approx(100, abs=0.1)


def test_cosmic_rays_neither_count_nor_change_what_stars_measure():
    x, y, flux = [60.0, 150.3, 240.0, 330.6], [80.0, 200.0, 120.4, 220.0], [3e5, 1e5, 6e4, 4e4]
    image = render(SHAPE, x, y, flux, fwhm=5.0)
    rng = np.random.default_rng(4)
    for _ in range(60):
        row, column = rng.integers(5, 290), rng.integers(5, 390)
        length = rng.integers(1, 4)
        image[row, column : column + length] += rng.uniform(1_000, 15_000)
    stars = extract_stars(image)
    index, distance = nearest(stars, np.array(x), np.array(y))
    assert sorted(index[distance < 1]) == [0, 1, 2, 3]
    assert len(stars) <= 8  # a ray that hits a star, or a slanting one, may stay
    assert stars.flux[distance < 1] == pytest.approx(flux, rel=0.05)
    assert stars.median_fwhm_pixels == pytest.approx(np.hypot(5, 0.64), rel=0.05)


def test_an_image_out_of_focus_has_larger_stars():
    diameters = [
        extract_stars(
            render(SHAPE, [100.0, 300], [150.0, 100], [3e5, 3e5], fwhm=fwhm)
        ).median_half_flux_diameter_pixels
        for fwhm in (3, 9, 15)
    ]
    assert diameters == pytest.approx([3.07, 9.02, 15.01], rel=0.03)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float64, ">i2", ">f4"])
def test_any_type_of_pixels_will_do_and_is_left_as_it_is(dtype):
    image = render(SHAPE, *scattered(10, SHAPE)).astype(dtype)
    before = image.copy()
    assert len(extract_stars(image)) == 10
    assert (image == before).all()


def test_pixels_that_are_no_numbers_are_bridged():
    image = render(SHAPE, [100.0], [150.0], [50_000.0])
    image[10:20, 10:20] = np.nan
    assert len(extract_stars(image)) == 1


def test_an_empty_sky_has_no_stars():
    stars = extract_stars(np.random.default_rng(1).normal(100, 5, SHAPE))
    assert len(stars) == 0
    assert np.isnan(stars.median_fwhm_pixels)


@pytest.mark.parametrize("shape", [(100,), (4, 100), (3, 50, 50)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(BadImage, match="rows and columns"):
        extract_stars(np.zeros(shape))


def test_a_flat_image_has_no_stars():
    assert len(extract_stars(np.full(SHAPE, 1000, dtype=np.uint16))) == 0
