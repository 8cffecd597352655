"""The plate solver: right, or silent."""

from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.almanac import offset_by, separation_degrees
from ocs_sim.pipeline import (
    BadImage,
    NotSolved,
    NoZeroPoint,
    extract_stars,
    solve_field,
    solve_image,
    zero_point,
)
from ocs_sim.sky import SyntheticSky, named_star
from tests.examples import examples
from tests.pipeline.fields import render
from tests.pipeline.solving import SHAPE, Truth, detections, pixels_of, seen

SKY = SyntheticSky()


def stars_of(truth, *, unix=None):
    radius = np.hypot(*truth.shape) / 2 * truth.scale / 3600 * 1.05
    return SKY.stars_near(truth.ra, truth.dec, radius, 16.5, unix=unix)


def shifted(truth, arcminutes, direction):
    """Return where somebody meant to point who came out at the truth: no rotation, nothing mirrored."""
    ra, dec = offset_by(truth.ra, truth.dec, direction, arcminutes / 60)
    return replace(truth, ra=float(ra), dec=float(dec), rotation=0.0, mirrored=False, scale=1.0)


def error_arcseconds(solution, truth):
    return float(separation_degrees(*solution.centre_degrees, truth.ra, truth.dec)) * 3600


positions = st.tuples(
    st.floats(0, 360), st.one_of(st.floats(-89.5, 89.5), st.sampled_from([0.0, 89.9, -89.9]))
)


@settings(deadline=None)
@given(
    position=positions,
    rotation=st.floats(0, 360),
    mirrored=st.booleans(),
    scale=st.floats(0.996, 1.004),
    arcminutes=st.floats(0, 9.5),
    direction=st.floats(0, 360),
    number=st.integers(25, 300),
    missing=st.floats(0, 0.3),
    spurious=st.floats(0, 0.5),
    seed=st.integers(0, 2**32),
)
def test_any_field_is_solved_as_it_is(
    position, rotation, mirrored, scale, arcminutes, direction, number, missing, spurious, seed
):
    truth = Truth(*position, rotation, scale, mirrored)
    found = seen(stars_of(truth), truth, number=number, missing=missing, spurious=spurious, seed=seed)
    solution = solve_field(found, shifted(truth, arcminutes, direction).wcs, SKY)
    assert error_arcseconds(solution, truth) < 0.5
    assert solution.mirrored == mirrored
    assert abs((solution.rotation_degrees - rotation + 180) % 360 - 180) < 0.05
    assert solution.scale_arcseconds == pytest.approx(scale, rel=5e-4)
    assert solution.rms_arcseconds < 0.5
    assert solution.matches >= 0.5 * (1 - missing) * min(number, 200)


@settings(max_examples=examples(20), deadline=None)
@given(position=positions, number=st.integers(6, 300), seed=st.integers(0, 2**32), away=st.floats(1, 90))
def test_a_field_that_is_elsewhere_is_never_solved(position, number, seed, away):
    truth = Truth(*position)
    found = seen(stars_of(truth), truth, number=number, seed=seed)
    ra, dec = offset_by(truth.ra, truth.dec, 40.0, away)
    with pytest.raises(NotSolved):
        solve_field(found, replace(truth, ra=float(ra), dec=float(dec)).wcs, SKY)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(6, 400), st.integers(0, 2**32))
def test_noise_is_never_solved(number, seed):
    x, y = np.random.default_rng(seed).uniform(0, 2048, (2, number))
    noise = detections(x, y, np.arange(1.0, number + 1), SHAPE)
    with pytest.raises(NotSolved):
        solve_field(noise, Truth().wcs, SKY)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), position=positions)
def test_few_stars_are_solved_right_or_not_at_all(seed, position):
    truth = Truth(*position, rotation=2.0)
    found = seen(stars_of(truth), truth, number=10, spurious=0.2, seed=seed)
    try:
        solution = solve_field(found, shifted(truth, 5, 100).wcs, SKY)
    except NotSolved:
        return
    assert error_arcseconds(solution, truth) < 2.0


def test_most_fields_of_few_stars_are_solved():
    solved = 0
    for seed in range(20):
        truth = Truth(18.0 * seed, -50 + 5 * seed, rotation=1.0)
        found = seen(stars_of(truth), truth, number=10, missing=0.1, spurious=0, seed=seed)
        try:
            solved += error_arcseconds(solve_field(found, shifted(truth, 4, 10).wcs, SKY), truth) < 2
        except NotSolved:
            continue
    assert solved >= 16


@pytest.mark.parametrize(("direction", "east", "north"), [(0, 0, -180), (90, -180, 0), (225, 127.3, 127.3)])
def test_the_offset_says_how_far_the_image_is_from_where_it_was_meant(direction, east, north):
    """An image that came out 3' south of the place that was meant has an offset of -180" in Dec."""
    truth = Truth(200.0, 35.0, rotation=30.0)
    found = seen(stars_of(truth), truth)
    solution = solve_field(found, shifted(truth, 3.0, direction).wcs, SKY)
    assert solution.offset_arcseconds == pytest.approx((east, north), abs=1.0)
    assert solution.distance_arcseconds == pytest.approx(180, abs=1.0)


def test_it_says_how_far_the_image_is_from_any_place():
    truth = Truth(359.99, 60.0)
    solution = solve_field(seen(stars_of(truth), truth), shifted(truth, 3.0, 50).wcs, SKY)
    ra, dec = offset_by(truth.ra, truth.dec, 270.0, 0.1)
    assert solution.off_arcseconds(float(ra), float(dec)) == pytest.approx((360.0, 0.0), abs=1.5)


def test_the_wcs_puts_each_matched_star_where_it_was_seen():
    truth = Truth(10.0, -70.0, rotation=77.0, mirrored=True)
    found = seen(stars_of(truth), truth, noise=0.05)
    solution = solve_field(found, shifted(truth, 4.0, 300.0).wcs, SKY)
    x, y = solution.wcs.world_to_pixel_values(solution.stars.ra_degrees, solution.stars.dec_degrees)
    distance = np.hypot(x - found.x[solution.detected], y - found.y[solution.detected])
    assert np.sqrt((distance**2).mean()) == pytest.approx(solution.rms_arcseconds, rel=0.01)
    assert distance.max() < 0.5


@settings(max_examples=examples(20), deadline=None)
@given(st.floats(11, 40), st.integers(0, 1000))
def test_what_is_outside_the_search_is_not_found_by_luck(arcminutes, seed):
    truth = Truth(50.0, 10.0)
    found = seen(stars_of(truth), truth, seed=seed)
    with pytest.raises(NotSolved):
        solve_field(found, shifted(truth, arcminutes, 45).wcs, SKY, search_arcminutes=10)


def test_a_wider_search_finds_it():
    truth = Truth(50.0, 10.0)
    found = seen(stars_of(truth), truth)
    solution = solve_field(found, shifted(truth, 25, 45).wcs, SKY, search_arcminutes=30)
    assert error_arcseconds(solution, truth) < 0.5


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("arcminutes", [1.0, 12.0])
def test_a_small_field_of_few_stars_is_found_in_a_wide_search(arcminutes, seed):
    truth = Truth(40.0 * seed, 30.0 - 10 * seed, rotation=180, shape=(768, 768))
    found = seen(stars_of(truth), truth, number=12, missing=0.1, spurious=0.1, seed=seed)
    solution = solve_field(found, shifted(truth, arcminutes, 130).wcs, SKY, search_arcminutes=20)
    assert error_arcseconds(solution, truth) < 1.0


def test_a_saturated_star_whose_centre_is_off_does_no_harm():
    truth = Truth(210.0, -10.0)
    found = seen(stars_of(truth), truth, number=20, missing=0, spurious=0, noise=0.02)
    x = found.x.copy()
    x[0] += 2.5
    solution = solve_field(replace(found, x=x), shifted(truth, 1, 0).wcs, SKY)
    assert error_arcseconds(solution, truth) < 0.05
    assert 0 not in solution.detected
    assert solution.rms_arcseconds < 0.05


def test_too_few_stars_are_said_to_be_too_few():
    truth = Truth()
    with pytest.raises(NotSolved, match=r"it shows 4 stars, and 6 are needed"):
        solve_field(seen(stars_of(truth), truth, number=4, missing=0, spurious=0), truth.wcs, SKY)


def test_a_small_camera_solves_as_well():
    truth = Truth(266.0, -29.0, rotation=5.0, shape=(256, 320))
    found = seen(stars_of(truth), truth, number=25, spurious=0)
    assert error_arcseconds(solve_field(found, shifted(truth, 2, 10).wcs, SKY), truth) < 1.0


ZERO_POINT, EXPOSURE_SECONDS = 21.3, 20.0
IMAGE = Truth(83.0, 22.0, rotation=178.0, shape=(512, 512))


def rendered(*, unix=None):
    x, y, magnitude = pixels_of(stars_of(IMAGE, unix=unix), IMAGE)
    bright = magnitude > 8
    flux = EXPOSURE_SECONDS * 10 ** (0.4 * (ZERO_POINT - magnitude[bright]))
    image = render(IMAGE.shape, x[bright], y[bright], flux, beta=3.0)
    return np.clip(image, 0, 65_535).astype(np.uint16)


def test_from_pixels_to_position_and_zero_point():
    found = extract_stars(rendered())
    solution = solve_field(found, shifted(IMAGE, 3, 200).wcs, SKY)
    assert error_arcseconds(solution, IMAGE) < 0.1
    zero = zero_point(found, solution, exposure_seconds=EXPOSURE_SECONDS)
    assert zero.magnitude == pytest.approx(ZERO_POINT, abs=0.02)
    assert zero.scatter < 0.1
    assert zero.stars > 15
    assert zero.magnitude_of(EXPOSURE_SECONDS, EXPOSURE_SECONDS) == zero.magnitude


def test_a_zero_point_needs_stars_that_can_be_measured():
    found = extract_stars(rendered())
    solution = solve_field(found, shifted(IMAGE, 3, 200).wcs, SKY)
    burnt_out = replace(found, saturated=np.ones(len(found), dtype=bool))
    with pytest.raises(NoZeroPoint, match=r"at least 3 .* there are 0"):
        zero_point(burnt_out, solution, exposure_seconds=EXPOSURE_SECONDS)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_is_solved_by_its_own_header(tmp_path, compressed):
    header = shifted(IMAGE, 3, 200).wcs.to_header()
    header["DATE-OBS"] = "2026-03-01T03:00:00.0"
    if compressed:
        extensions = fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(rendered(), header)])
    else:
        extensions = fits.HDUList([fits.PrimaryHDU(rendered(), header)])
    path = tmp_path / "image.fits"
    extensions.writeto(path)
    image = solve_image(path, SKY)
    assert error_arcseconds(image.solution, IMAGE) < 0.1
    assert image.path == path
    assert image.header["DATE-OBS"].startswith("2026")


def test_a_file_without_wcs_is_refused_by_name(tmp_path):
    path = tmp_path / "plain.fits"
    fits.PrimaryHDU(rendered()).writeto(path)
    with pytest.raises(BadImage, match=r"plain\.fits .* no WCS"):
        solve_image(path, SKY)


@pytest.mark.parametrize("contents", [b"", b"not FITS at all"])
def test_a_file_that_is_no_image_is_refused_by_name(tmp_path, contents):
    path = tmp_path / "broken.fits"
    path.write_bytes(contents)
    with pytest.raises(BadImage, match=r"broken\.fits"):
        solve_image(path, SKY)


def test_a_file_without_pixels_is_refused(tmp_path):
    path = tmp_path / "header.fits"
    fits.PrimaryHDU().writeto(path)
    with pytest.raises(BadImage, match="no extension with two axes"):
        solve_image(path, SKY)


def test_the_moment_of_an_image_moves_the_stars():
    """Stars of a nearby one's field are where they are in 2026, not where they were in 2000."""
    unix = 1.79e9
    star = named_star("Arcturus", unix)
    truth = Truth(float(star.ra_degrees[0]), float(star.dec_degrees[0]))
    found = seen(stars_of(truth, unix=unix), truth, noise=0.02, missing=0, spurious=0)
    solution = solve_field(found, truth.wcs, SKY, unix=unix)
    assert "Arcturus" in (solution.stars.names or ())
    assert "Arcturus" not in (solve_field(found, truth.wcs, SKY).stars.names or ())
