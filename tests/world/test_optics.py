"""Images of points, and where on the sensor they fall."""

import numpy as np
import pytest
from astropy.wcs import WCS

from ocs_sim.world._optics import best_focus_steps, image_of_point
from ocs_sim.world._optics_profile import FilterProfile, OpticsProfile
from ocs_sim.world._optics_projection import PixelMap
from ocs_sim.world._psf import moffat_psf
from ocs_sim.world._psf_blur import annulus, blurred, deposit, trail


def centre_of(stamp):
    middle = stamp.shape[0] // 2
    axis = np.arange(stamp.shape[0]) - middle
    return (stamp.sum(axis=1) @ axis) / stamp.sum(), (stamp.sum(axis=0) @ axis) / stamp.sum()


@pytest.mark.parametrize(("row", "column"), [(0.0, 0.0), (0.3, -0.2), (-0.5, 0.5), (0.49, 0.06)])
def test_a_stamp_lies_where_its_star_does(row, column):
    stamp = moffat_psf(2.5, 3.0, 20).stamp(row, column)
    assert centre_of(stamp) == (pytest.approx(row, abs=0.002), pytest.approx(column, abs=0.002))
    assert stamp.sum() == pytest.approx(1.0, abs=0.002)


def test_phases_step_through_a_pixel():
    stamps = moffat_psf(2.5, 3.0, 20).stamps
    assert stamps.shape == (8, 8, 41, 41)
    for phase in range(8):
        assert centre_of(stamps[phase, 0])[0] == pytest.approx((phase + 0.5) / 8 - 0.5, abs=0.002)
    assert np.array_equal(stamps[2, 5], stamps[5, 2].T)


def test_faint_stars_keep_their_light_in_a_smaller_stamp():
    psf = moffat_psf(3.0, 3.0, 18)
    core, left_out = psf.core_stamps
    assert core.shape == (8, 8, 13, 13)
    assert core.sum(axis=(2, 3)) == pytest.approx(psf.stamps.sum(axis=(2, 3)), rel=1e-5)
    assert 0 < left_out < psf.stamps.max() / 50


@pytest.mark.parametrize("fwhm", [1.5, 3.0])
def test_a_moffat_profile_is_integrated_over_pixels(fwhm):
    psf = moffat_psf(fwhm, 3.0, int(4 * fwhm))
    fine = moffat_psf(fwhm * 5, 3.0, int(4 * fwhm) * 5 + 2)
    size = 2 * int(4 * fwhm) + 1
    middle = fine.stamp(0.0, 0.0)
    summed = middle[: size * 5, : size * 5].reshape(size, 5, size, 5).sum(axis=(1, 3))
    assert psf.stamp(0.0, 0.0)[size // 2, size // 2] == pytest.approx(summed[size // 2, size // 2], rel=0.02)
    assert psf.fwhm_pixels == pytest.approx(np.hypot(fwhm, 0.85), rel=0.05), "a pixel blurs too"


def test_half_of_the_light_is_within_the_half_flux_diameter():
    psf = moffat_psf(4.0, 3.0, 40)
    # Of a Moffat profile with beta 3, half is within alpha sqrt(sqrt(2) - 1).
    core = 4.0 / (2 * np.sqrt(2 ** (1 / 3) - 1))
    assert psf.half_flux_diameter_pixels == pytest.approx(2 * core * np.sqrt(np.sqrt(2) - 1), rel=0.03)


def test_defocus_makes_rings():
    star = image_of_point(OpticsProfile(), 2.0, 16.0)
    stamp = star.stamp(0.0, 0.0)
    middle = stamp.shape[0] // 2
    assert stamp[middle, middle] < 0.5 * stamp[middle, middle + 6], "the secondary's shadow"
    assert star.half_flux_diameter_pixels == pytest.approx(16 * np.sqrt((1 + 0.35**2) / 2), rel=0.05)
    assert stamp.sum() == pytest.approx(1.0, abs=0.01)


def test_the_best_focus_drifts_with_temperature_and_filter():
    filter_ = FilterProfile("R", focus_offset_steps=12)
    assert best_focus_steps(OpticsProfile(), filter_, 10.0) == pytest.approx(5012)
    assert best_focus_steps(OpticsProfile(), filter_, 20.0) == pytest.approx(4912)


def test_focus_is_smooth_through_its_best():
    widths = [
        image_of_point(OpticsProfile(), 2.5, pixels).half_flux_diameter_pixels for pixels in (0, 0.5, 1, 2)
    ]
    assert widths == sorted(widths)
    assert widths[1] / widths[0] < 1.06


def test_a_trail_spreads_light_along_its_path():
    ends = np.array([-3.0, 3.0])
    path = trail(np.zeros(2), ends, np.full(2, 0.5))
    stamp = blurred(moffat_psf(2.0, 3.0, 20), path).stamp(0.0, 0.0)
    axis = np.arange(41) - 20
    across = stamp.sum(axis=1) @ axis**2 / stamp.sum()
    along = stamp.sum(axis=0) @ axis**2 / stamp.sum()
    assert along - across == pytest.approx(6.0**2 / 12, rel=0.05)
    assert stamp.sum() == pytest.approx(1.0, abs=0.01)


def test_kernels_hold_all_light():
    assert annulus(7.3, 0.4).sum() == pytest.approx(1.0, abs=1e-5)
    assert trail(np.array([0.0, 1.0]), np.array([2.0, -2.0]), np.array([0.3, 0.7])).sum() == pytest.approx(
        1.0, abs=1e-5
    )


def test_points_are_shared_out_among_four_cells():
    grid = deposit(np.array([1.25, 9.0]), np.array([2.5, 0.0]), np.array([8.0, 1.0]), (4, 4))
    assert grid[1, 2] == grid[1, 3] == 3.0
    assert grid[2, 2] == grid[2, 3] == 1.0
    assert grid.sum() == 8.0


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle", [0.0, 33.0, 197.0])
def test_pixels_are_where_astropy_has_them(angle, mirrored):
    field = PixelMap(210.3, -61.2, angle, 0.7, 900, 700, mirrored)
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [210.3, -61.2]
    wcs.wcs.crpix = [field.centre[0] + 1, field.centre[1] + 1]
    wcs.wcs.cd = field.matrix_degrees()
    ra, dec = 210.3 + np.array([0.1, -0.12, 0.0]), -61.2 + np.array([0.02, 0.07, -0.05])
    x, y = field.to_pixels(ra, dec)
    there_x, there_y = wcs.all_world2pix(ra, dec, 0)
    assert x == pytest.approx(there_x, abs=1e-6)
    assert y == pytest.approx(there_y, abs=1e-6)
    back_ra, back_dec = field.to_sky(x, y)
    assert back_ra == pytest.approx(ra, abs=1e-9)
    assert back_dec == pytest.approx(dec, abs=1e-9)


def test_north_is_up_and_east_is_left_at_angle_zero():
    field = PixelMap(10.0, 20.0, 0.0, 1.0, 100, 100)
    x, y = field.to_pixels(np.array([10.0, 10.01]), np.array([20.01, 20.0]))
    assert y[0] > field.centre[1] + 30
    assert x[1] < field.centre[0] - 30
    x, y = PixelMap(10.0, 20.0, 90.0, 1.0, 100, 100).to_pixels(10.01, 20.0)
    assert y > field.centre[1] + 30, "at 90 degrees rows count up to the east"


def test_the_other_half_of_the_sky_has_no_pixels():
    x, y = PixelMap(10.0, 20.0, 0.0, 1.0, 100, 100).to_pixels(190.0, -20.0)
    assert np.isnan(x)
    assert np.isnan(y)
