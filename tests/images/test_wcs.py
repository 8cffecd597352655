"""The commanded WCS says where each pixel points, however it is turned: by trigonometry and by counting."""

import math
import warnings

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import Detector, Optics, Pointing, build_header, commanded_projection, commanded_wcs_of
from tests.images.scenes import all_facts
from tests.world.observing import open_world, take

WIDTH, HEIGHT, SCALE = 240, 180, (1.2, 0.9)
BINNINGS = [(1, 1), (2, 2), (3, 2), (4, 1)]


def on_the_sky(middle, position_angle, mirrored, x, y):
    """Return where an unbinned pixel is, from 0, by walking a great circle from the middle: no WCS in it."""
    right, up = (x - (WIDTH - 1) / 2) * SCALE[0], (y - (HEIGHT - 1) / 2) * SCALE[1]
    # Seen with up on top, position angles grow to the left, unless it is mirrored.
    turn = math.degrees(math.atan2(right if mirrored else -right, up))
    away = math.degrees(math.atan(math.radians(math.hypot(right, up) / 3600)))
    return middle.directional_offset_by((position_angle + turn) * u.deg, away * u.deg)


def wcs_at(ra, dec, angle, mirrored=False, binning=(1, 1), start=(0, 0)):
    return commanded_projection(
        ra,
        dec,
        position_angle_degrees=angle,
        scale_arcseconds=SCALE,
        width=WIDTH,
        height=HEIGHT,
        binning=binning,
        start=start,
        mirrored=mirrored,
    ).to_wcs()


@settings(deadline=None)
@given(
    ra=st.floats(0, 359.9),
    dec=st.floats(-89.9, 89.9),
    angle=st.floats(-360, 360),
    mirrored=st.booleans(),
    x=st.floats(0, WIDTH - 1),
    y=st.floats(0, HEIGHT - 1),
    binning=st.sampled_from(BINNINGS),
    start=st.tuples(st.integers(0, 50), st.integers(0, 50)),
)
def test_every_pixel_is_where_trigonometry_finds_it(ra, dec, angle, mirrored, x, y, binning, start):
    wcs = wcs_at(ra, dec, angle, mirrored, binning, start)
    binned = [(at + 0.5) / into - 0.5 - first for at, into, first in zip((x, y), binning, start, strict=True)]
    found = SkyCoord(*wcs.wcs_pix2world([binned], 0)[0], unit="deg")
    expected = on_the_sky(SkyCoord(ra, dec, unit="deg"), angle, mirrored, x, y)
    assert found.separation(expected).arcsec < 1e-4


@pytest.mark.parametrize("binning", BINNINGS)
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("angle", [0, 90, 180, 270, 33])
def test_a_star_stays_on_its_pixel_when_pixels_are_summed_and_cut_out(binning, mirrored, angle):
    star = 150, 60  # x, y
    pixels = np.zeros((HEIGHT, WIDTH))
    pixels[star[1], star[0]] = 1
    (across, down), start = binning, (7, 11)
    summed = pixels.reshape(HEIGHT // down, down, WIDTH // across, across).sum(axis=(1, 3))
    cut = summed[start[1] :, start[0] :]
    row, column = np.argwhere(cut)[0]
    where = wcs_at(83.8, -5.4, angle, mirrored).wcs_pix2world([star], 0)
    x, y = wcs_at(83.8, -5.4, angle, mirrored, binning, start).wcs_world2pix(where, 0)[0]
    assert (round(x), round(y)) == (column, row)
    assert abs(x - column) <= 0.5 - 0.5 / across + 1e-6
    assert abs(y - row) <= 0.5 - 0.5 / down + 1e-6


def test_north_is_up_and_east_is_left_unless_it_is_mirrored():
    for mirrored, side in ((False, 1), (True, -1)):
        wcs = wcs_at(10.0, 20.0, 0.0, mirrored)
        (ra_left, _), (ra_right, _), (_, top), (_, bottom) = wcs.wcs_pix2world(
            [(0, 90), (239, 90), (120, 179), (120, 0)], 0
        )
        assert (ra_left - ra_right) * side > 0
        assert top > bottom


def test_the_header_of_an_image_has_the_wcs_and_astropy_takes_it_without_a_word():
    facts = all_facts(optics=Optics("T", 1856.4, mirrored=True))
    header = build_header(facts)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = WCS(header)
    assert read.wcs.name == "COMMANDED"
    assert read.wcs.radesys == "ICRS"
    corners = [(0, 0), (127, 0), (0, 95), (127, 95)]
    assert np.allclose(
        read.wcs_pix2world(corners, 0), commanded_wcs_of(facts).wcs_pix2world(corners, 0), rtol=0, atol=1e-10
    )


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_stars_of_the_world_are_off_by_its_pointing_error_only(mirrored):
    world = open_world(256, hour_angle=-3.5, declination=-32.0, **{"optics.mirrored": mirrored})
    take(world, 5, bin_x=2, bin_y=2, start_x=20, start_y=30, width=100, height=90)
    truth = world.camera.truth().sky
    detector = Detector("c", 256, 256, 9.0, 9.0, bin_x=2, bin_y=2, start_x=20, start_y=30)
    seen = world.profile.optics.focal_length_metres * u.m
    angle = truth.position_angle_degrees
    sent = Pointing(truth.commanded_ra_degrees, truth.commanded_dec_degrees, angle)
    wcs = commanded_wcs_of(
        all_facts(detector=detector, optics=Optics("T", seen, mirrored=mirrored), pointing=sent)
    )
    x, y = wcs.wcs_world2pix(truth.stars.ra_degrees, truth.stars.dec_degrees, 0)
    off = np.column_stack((x - truth.stars.x, y - truth.stars.y))
    assert len(off) > 10
    assert np.ptp(off, axis=0).max() < 0.02
    # Binned pixels are of 2 arcseconds.
    error = SkyCoord(truth.ra_degrees, truth.dec_degrees, unit="deg").separation(
        SkyCoord(sent.ra_degrees, sent.dec_degrees, unit="deg")
    )
    assert error.arcsec > 1
    assert np.hypot(*off.mean(axis=0)) * 2.0 == pytest.approx(error.arcsec, rel=0.01)


@pytest.mark.parametrize("missing", ["pointing", "detector", "optics"])
def test_without_the_facts_there_is_no_wcs(missing):
    assert commanded_wcs_of(all_facts(**{missing: None})) is None
    assert "CTYPE1" not in build_header(all_facts(**{missing: None}))


def test_rectangular_pixels_and_the_focal_length_make_the_scale():
    detector = Detector("c", 100, 100, 9.0, 18.0)
    wcs = commanded_wcs_of(all_facts(detector=detector, pointing=Pointing(0.0, 0.0)))
    one, other = wcs.wcs_pix2world([(49.5, 49.5), (50.5, 49.5), (49.5, 50.5)], 0)[1:]
    seen = 206264.806 * 0.009 / 1856.4 / 3600
    assert (360 - one[0], other[1]) == (pytest.approx(seen, rel=1e-6), pytest.approx(2 * seen, rel=1e-6))
