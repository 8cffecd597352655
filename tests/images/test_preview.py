"""Pictures of images: their sizes, which way up they are, and what each stretch does to the pixels."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from ocs_sim.images import (
    STRETCHES,
    NotAnImageName,
    UnknownStretch,
    greys,
    preview,
    stretch_for,
    stretched,
    write_previews,
    zscale,
)
from tests.images.scenes import NAME, sky


def test_the_pictures_of_photon_ranch(tmp_path):
    made = write_previews(tmp_path / str(NAME), sky((1000, 1500)))
    assert made.display.name == str(NAME.of(10, "jpg"))
    assert made.thumbnail.name == str(NAME.of(11, "jpg"))
    with Picture.open(made.display) as display, Picture.open(made.thumbnail) as thumbnail:
        assert (display.format, display.size) == ("JPEG", (900, 600))
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (192, 128))
    assert sorted(each.name for each in tmp_path.iterdir()) == [made.display.name, made.thumbnail.name]


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((2048, 2048), (900, 900)),
        ((1801, 400), (200, 900)),
        ((100, 80), (80, 100)),
        ((1, 5000), (900, 1)),
        ((5000, 2), (1, 900)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_picture_is_never_larger_than_asked_and_keeps_its_shape(shape, size):
    made = preview(np.ones(shape, np.uint16), 900)
    assert abs(made.shape[1] - size[0]) <= 1
    assert abs(made.shape[0] - size[1]) <= 1


@pytest.mark.parametrize(("shape", "width"), [((64, 640), 1280), ((1, 5000), 4096), ((2, 1801), 4096)])
def test_a_thumbnail_of_a_wide_image_is_128_pixels_high(tmp_path, shape, width):
    made = write_previews(tmp_path / str(NAME), sky(shape))
    with Picture.open(made.thumbnail) as thumbnail:
        assert thumbnail.size == (width, 128)


@pytest.mark.parametrize("shape", [(300, 400), (3000, 4000)])
def test_the_first_row_is_at_the_bottom_and_the_first_column_left(shape):
    pixels = np.full(shape, 100, np.uint16)
    pixels[: shape[0] // 4, : shape[1] // 4] = 60_000
    made = preview(pixels, 200, "linear")
    rows, columns = made.shape
    assert made[rows - 10, 10] == 255
    assert made[10, 10] == made[rows - 10, columns - 10] == made[10, columns - 10] == 0


def test_stars_are_brighter_than_the_sky_and_both_can_be_seen():
    pixels = sky((400, 400), stars=0)
    pixels[200:203, 200:203] += 150
    for name in STRETCHES:
        seen = stretched(pixels, name)
        assert seen[200:203, 200:203].mean() > seen[:150, :150].mean() + 0.2, name
        assert 0.02 < seen[:150, :150].std() < 0.4, name


@settings(deadline=None)
@given(
    seed=st.integers(0, 1000),
    kind=st.sampled_from(["u2", "i4", "f4"]),
    name=st.sampled_from(list(STRETCHES)),
    offset=st.floats(0, 1e4),
    spread=st.floats(0, 1e4),
)
def test_every_stretch_keeps_the_order_of_the_pixels(seed, kind, name, offset, spread):
    pixels = np.clip(np.random.default_rng(seed).normal(offset, spread, (20, 30)), 0, 65535).astype(kind)
    seen = stretched(pixels, name).ravel()
    assert seen.min() >= 0
    assert seen.max() <= 1
    assert (np.diff(seen[np.argsort(pixels.ravel(), kind="stable")]) >= -1e-6).all()
    off = np.abs(greys(pixels, stretch_for(pixels, name)) / 255 - stretched(pixels, name))
    # Where many pixels have nearly one value, a histogram is too steep for a table.
    assert (off.mean() if name == "histogram" else off.max()) < 0.02


@pytest.mark.parametrize("name", STRETCHES)
@pytest.mark.parametrize(
    "pixels",
    [
        np.full((10, 10), 7, np.uint16),
        np.full((10, 10), np.nan, np.float32),
        np.array([[1.0, np.nan], [np.inf, 3.0]], np.float32),
        np.zeros((1, 1), np.uint8),
    ],
)
def test_images_without_contrast_or_numbers_are_shown_too(name, pixels):
    seen = stretched(pixels, name)
    assert np.isfinite(seen).all()
    assert preview(pixels, 900, name).shape == pixels.shape
    assert not seen[np.isnan(pixels.astype(float))].any()


def test_zscale_agrees_with_astropys():
    visualization = pytest.importorskip("astropy.visualization")
    pixels = sky((600, 600), stars=60)
    expected = visualization.ZScaleInterval(n_samples=10_000).get_limits(pixels)
    noise = 12
    assert np.allclose(zscale(pixels), expected, atol=noise)


def test_a_histogram_has_equally_many_pixels_of_each_grey():
    seen = stretched(sky((400, 400)), "histogram")
    shares, _ = np.histogram(seen, bins=4, range=(0, 1))
    assert np.allclose(shares / seen.size, 0.25, atol=0.03)


def test_what_is_no_stretch_or_name_is_said(tmp_path):
    with pytest.raises(UnknownStretch, match="asinh, linear, percentile, histogram"):
        preview(sky(), 900, "zscale")
    with pytest.raises(NotAnImageName):
        write_previews(tmp_path / "image.fits", sky())


def test_a_jpeg_shows_what_the_preview_has(tmp_path):
    pixels = sky((300, 300))
    made = write_previews(tmp_path / str(NAME), pixels)
    shown = np.asarray(Picture.open(io.BytesIO(made.display.read_bytes())), float)
    assert np.abs(shown - preview(pixels, 900)).mean() < 6
