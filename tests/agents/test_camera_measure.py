"""Star sizes are measured as they were made, in focus and far out of it."""

import numpy as np
import pytest
from ocs_sim.agents._camera._measure import measure_stars


def sky(seed=2, shape=(300, 320)):
    return np.random.default_rng(seed).normal(400.0, 6.0, shape)


def places(count, shape=(300, 320), seed=3):
    random = np.random.default_rng(seed)
    return random.uniform(40, shape[1] - 40, count), random.uniform(40, shape[0] - 40, count)


def gaussians(fwhm, flux=40_000.0, count=12):
    image, sigma = sky(), fwhm / 2.3548
    rows, columns = np.indices(image.shape)
    for x, y in zip(*places(count), strict=True):
        image += (
            flux / (2 * np.pi * sigma**2) * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
        )
    return image


def rings(outer, inner, flux=60_000.0):
    image = sky()
    rows, columns = np.indices(image.shape)
    for x, y in [(60, 60), (160, 70), (260, 60), (70, 160), (170, 220), (250, 150)]:
        radius = np.hypot(columns - x, rows - y)
        image += flux / (np.pi * (outer**2 - inner**2)) * ((radius < outer) & (radius > inner))
    return image


def test_nothing_is_measured_where_stars_cannot_be_told_from_each_other():
    random = np.random.default_rng(1)
    image = sky(shape=(700, 700))
    for row, column in random.integers(5, 695, (14_000, 2)):
        image[row - 2 : row + 3, column - 2 : column + 3] += random.exponential(500)
    sizes = measure_stars(image)
    assert (sizes.stars, sizes.diameter_pixels) == (0, None)


@pytest.mark.parametrize("fwhm", [2.5, 4.0, 7.0])
def test_half_of_a_gaussian_is_within_its_width(fwhm):
    sizes = measure_stars(gaussians(fwhm))
    assert sizes.stars >= 8
    assert sizes.diameter_pixels == pytest.approx(fwhm, rel=0.08)
    assert sizes.sky == pytest.approx(400, abs=3)


@pytest.mark.parametrize(("outer", "inner"), [(8, 3), (14, 5)])
def test_rings_are_measured_whole(outer, inner):
    half = 2 * np.sqrt((outer**2 + inner**2) / 2)
    sizes = measure_stars(rings(outer, inner))
    assert sizes.stars == 6
    assert sizes.diameter_pixels == pytest.approx(half, rel=0.1)


def test_no_stars():
    assert (measure_stars(sky()).stars, measure_stars(sky()).diameter_pixels) == (0, None)


def test_saturated_stars_are_left_out():
    image = gaussians(4.0).clip(max=1000.0)
    assert measure_stars(image).stars > 0
    assert measure_stars(image, saturation=1000.0).stars == 0
