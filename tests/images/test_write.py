"""Files of images: verified by others' tools, the same compressed, and read back."""

import json
import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.io.fits.scripts import fitscheck
from astropy.nddata import CCDData
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import (
    NotAnImageName,
    NotReadable,
    Truth,
    build_header,
    check_image,
    header_text,
    read_header,
    read_image,
    write_header_text,
    write_image,
    write_truth,
)
from tests.examples import examples
from tests.images.scenes import NAME, all_facts, sky

HEADER = build_header(all_facts())
TRUTH = Truth(
    {"x": np.array([1.5, 2.5]), "name": np.array(["Rigel", "κ Ori"]), "magnitude": np.array([0.1, 2.1])},
    {"TRUERA": (83.8, "[deg] where it really pointed"), "SEEING": 1.5},
    {"x": "pix", "magnitude": "mag"},
)
STRUCTURE = {"SIMPLE", "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "EXTEND", "PCOUNT", "GCOUNT"}
STORAGE = STRUCTURE | {"BSCALE", "BZERO", "CHECKSUM", "DATASUM", "EXTNAME"}


def facts_of(header):
    return {card.keyword: card.value for card in header.cards if card.keyword not in STORAGE}


def facts_in(path):
    """Return what the header of a file with the scene's facts has to say."""
    return facts_of(HEADER) | {"ORIGNAME": path.name}


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("truth", [None, TRUTH])
def test_an_image_comes_back_as_it_was(tmp_path, compress, truth):
    pixels = sky()
    path = write_image(tmp_path / str(NAME), pixels, HEADER, truth=truth, compress=compress)
    assert path.name == str(NAME) + (".fz" if compress else "")
    image = read_image(path)
    assert image.data.dtype == np.uint16
    assert np.array_equal(image.data, pixels)
    assert facts_of(image.header) == facts_in(path)
    assert check_image(path) == []
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("compress", [False, True])
def test_the_first_header_tells_everything_to_those_who_read_no_other(tmp_path, compress):
    path = write_image(tmp_path / str(NAME), sky(), HEADER, compress=compress)
    with fits.open(path) as hdus:
        told = facts_of(hdus[0].header)
    if compress:
        told["BUNIT"] = "adu"  # it has no pixels
    assert told == facts_in(path)


def test_fitscheck_and_ccddata_have_nothing_to_say(tmp_path, caplog):
    path = write_image(tmp_path / str(NAME), sky(), HEADER, truth=TRUTH)
    assert fitscheck.main(["--compliance", str(path)]) == 0
    packed = write_image(tmp_path / str(NAME), sky(), HEADER, compress=True)
    # It cannot see the checksums of a compressed image, which are those of its table.
    assert fitscheck.main(["--compliance", "--ignore-missing", str(packed)]) == 0
    with fits.open(packed, disable_image_compression=True, checksum=True) as hdus:
        assert [hdu.verify_checksum() for hdu in hdus] == [1, 1]
        assert [hdu.verify_datasum() for hdu in hdus] == [1, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ccd = CCDData.read(path)
    assert ccd.unit == "adu"
    assert ccd.wcs.wcs.name == "COMMANDED"


@settings(deadline=None, max_examples=examples(25))
@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 70),
    kind=st.sampled_from(["u1", "u2", "i2", "i4", "f4", "f8"]),
    seed=st.integers(0, 99),
    compress=st.booleans(),
)
def test_all_sizes_and_types_of_pixels(tmp_path_factory, rows, columns, kind, seed, compress):
    pixels = (np.random.default_rng(seed).normal(100, 30, (rows, columns)).clip(0, 255)).astype(kind)
    if pixels.dtype.kind == "f":
        pixels[rows // 2, columns // 2] = np.nan
    path = tmp_path_factory.mktemp("image") / str(NAME)
    path = write_image(path, pixels, HEADER, compress=compress)
    assert np.array_equal(read_image(path).data, pixels, equal_nan=pixels.dtype.kind == "f")
    assert check_image(path) == []


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("kind", ["<u2", ">u2", "<i4", ">f4"])
@pytest.mark.parametrize("arranged", ["columns first", "every other", "read only"])
def test_pixels_may_lie_in_memory_as_they_like(tmp_path, compress, kind, arranged):
    pixels = sky().astype(kind)
    pixels = {"columns first": np.asfortranarray(pixels), "every other": pixels[::2, ::-2]}.get(
        arranged, pixels
    )
    pixels.flags.writeable = arranged != "read only"
    before = pixels.copy()
    path = write_image(tmp_path / str(NAME), pixels, HEADER, compress=compress)
    assert np.array_equal(read_image(path).data, before)
    assert np.array_equal(pixels, before)
    assert check_image(path) == []


def test_compression_makes_it_smaller(tmp_path):
    pixels = sky((512, 512))
    packed = write_image(tmp_path / str(NAME), pixels, HEADER, compress=True)
    assert packed.stat().st_size < 0.6 * pixels.nbytes
    with fits.open(packed, disable_image_compression=True) as hdus:
        assert hdus[1].header["ZCMPTYPE"] == "RICE_1"


@pytest.mark.parametrize("compress", [False, True])
def test_equal_images_are_equal_files(tmp_path, compress, monkeypatch):
    first = write_image(tmp_path / "a.fits", sky(), HEADER, truth=TRUTH, compress=compress)
    monkeypatch.setattr(fits.hdu.base._BaseHDU, "_get_timestamp", lambda self: "another time", raising=False)
    second = write_image(tmp_path / "b.fits", sky(), HEADER, truth=TRUTH, compress=compress)
    assert first.read_bytes() == second.read_bytes()


def test_truth_is_a_table_or_a_file_beside_it(tmp_path):
    path = write_image(tmp_path / str(NAME), sky(), HEADER, truth=TRUTH)
    with fits.open(path) as hdus:
        table = hdus["TRUTH"]
        assert table.columns["x"].unit == "pix"
        assert table.data["x"].tolist() == [1.5, 2.5]
        assert table.data["name"].tolist() == ["Rigel", "? Ori"]
        assert table.header["TRUERA"] == 83.8
    plain = json.loads(write_truth(path, TRUTH).read_text())
    assert plain["stars"]["name"] == ["Rigel", "κ Ori"]
    assert plain["facts"] == {"TRUERA": 83.8, "SEEING": 1.5}


def test_the_header_goes_ahead_as_text(tmp_path):
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    text = write_header_text(path)
    assert text.name == str(NAME.of(0, "txt"))
    assert text.read_text() == header_text(read_header(path))
    assert len(text.read_text()) % 2880 == 0
    with pytest.raises(NotAnImageName):
        write_header_text(write_image(tmp_path / "other.fits", sky(), HEADER))


@pytest.mark.parametrize("content", [b"", b"no FITS", b"SIMPLE  =                    T" + b" " * 50])
def test_what_is_no_image_cannot_be_read(tmp_path, content):
    path = tmp_path / "a.fits"
    path.write_bytes(content)
    with pytest.raises(NotReadable):
        read_image(path)
    with pytest.raises(NotReadable):
        read_image(tmp_path)
    with pytest.raises(NotReadable, match="no such file"):
        read_image(tmp_path / "nowhere.fits")


def test_a_file_without_pixels_and_a_cube(tmp_path):
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(NotReadable, match="no image"):
        read_image(tmp_path / "empty.fits")
    cube = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(cube)]).writeto(tmp_path / "cube.fits")
    image = read_image(tmp_path / "cube.fits")
    assert image.hdu == 1
    assert np.array_equal(image.data, cube[0])
    with pytest.raises(NotReadable, match="no HDU 2"):
        read_image(tmp_path / "cube.fits", hdu=2)
