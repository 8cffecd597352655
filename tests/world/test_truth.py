"""The truth about an image, as FITS and as JSON."""

import io
import json

import numpy as np
import pytest
from astropy.io import fits

from tests.world.observing import begin, closed_world, open_world


@pytest.fixture(scope="module")
def truth():
    world = open_world(256, hour_angle=-3.5, declination=-32.0)
    begin(world, 10.0, bin_x=2, bin_y=2)
    return world.camera.truth()


def test_a_fits_extension_holds_it(truth):
    file = io.BytesIO()
    hdus = fits.HDUList([fits.PrimaryHDU(), truth.to_hdu()])
    hdus.writeto(file, output_verify="exception", checksum=True)
    with fits.open(io.BytesIO(file.getvalue()), checksum=True) as opened:
        opened.verify("exception")
        table = opened["TRUTH"]
        assert len(table.data) == len(truth.sky.stars)
        assert np.array_equal(table.data["X"], truth.sky.stars.x)
        assert table.header["TRA"] == truth.sky.ra_degrees
        assert table.header["TRUCRPX1"] == truth.sky.reference_pixel[0] + 1
        assert table.header["TRUCD2_2"] == pytest.approx(truth.sky.matrix_degrees[1, 1], rel=1e-12)
        assert table.header["SIMSEED"] == 1


def test_a_sidecar_holds_it(truth):
    told = json.loads(json.dumps(truth.to_dict()))
    assert told["sky"]["stars"]["magnitude"] == truth.sky.stars.magnitude.tolist()
    assert told["sky"]["reference_pixel"] == list(truth.sky.reference_pixel)
    assert told["number"] == 1


def test_it_speaks_of_the_pixels_of_the_image(truth):
    stars = truth.sky.stars
    assert len(stars) > 20
    assert stars.x.min() >= -0.5
    assert stars.x.max() <= 127.5
    assert truth.sky.reference_pixel == (63.5, 63.5)
    assert np.all(np.diff(stars.electrons) <= 0)


def test_electrons_agree_with_the_zero_point(truth):
    stars = truth.sky.stars
    rate = 10 ** (-0.4 * (stars.magnitude - truth.sky.zero_point_magnitudes))
    assert stars.electrons == pytest.approx(rate * 10.0, rel=1e-6)


def test_a_dark_has_no_sky():
    world = closed_world(64)
    begin(world, 10.0, light=False)
    truth = world.camera.truth()
    assert truth.sky is None
    assert truth.dark_electrons > 1
    assert len(truth.to_hdu().data) == 0
    assert truth.to_dict()["sky"] is None
