"""Whoever damages an image, or lets its header contradict itself, is found out."""

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import build_header, check_image, write_image
from tests.images.scenes import NAME, all_facts, sky

BLOCK = 2880


class Whole(bytes):
    """Bytes that are not shown when a test fails."""

    def __repr__(self):
        return f"<{len(self)} bytes>"


@pytest.fixture
def image(tmp_path):
    return write_image(tmp_path / str(NAME), sky(), build_header(all_facts()))


@pytest.fixture(scope="module")
def image_bytes(tmp_path_factory):
    path = tmp_path_factory.mktemp("image") / str(NAME)
    return Whole(write_image(path, sky((48, 64)), build_header(all_facts())).read_bytes())


def errors(path):
    return [fault for fault in check_image(path) if fault.severity == "error"]


def test_a_sound_image_has_no_fault(image):
    assert check_image(image) == []


@settings(deadline=None)
@given(place=st.integers(0, 10**6))
def test_any_flipped_bit_is_found(tmp_path_factory, image_bytes, place):
    place %= len(image_bytes) * 8
    damaged = bytearray(image_bytes)
    damaged[place // 8] ^= 1 << place % 8
    path = tmp_path_factory.mktemp("flipped") / "a.fits"
    path.write_bytes(damaged)
    # Where the bit was in its name there is no CHECKSUM any more.
    assert errors(path) or "CHECKSUM" in [fault.key for fault in check_image(path)]


@settings(deadline=None)
@given(length=st.integers(0, 10**6))
def test_any_cut_is_found(tmp_path_factory, image_bytes, length):
    path = tmp_path_factory.mktemp("cut") / "a.fits"
    path.write_bytes(image_bytes[: length % len(image_bytes)])
    assert errors(path)


def test_a_damaged_compressed_image_is_found(tmp_path):
    path = write_image(tmp_path / str(NAME), sky(), build_header(all_facts()), compress=True)
    damaged = bytearray(path.read_bytes())
    damaged[-BLOCK] ^= 0x10
    path.write_bytes(damaged)
    assert any("atasum" in fault.text and fault.severity == "error" for fault in check_image(path))


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("DATE-OBS", "2026-11-21 03:00:00", "is no date"),
        ("DATE-OBS", "2026-13-21T03:00:00", "is no date"),
        ("DATE-END", "2026-11-21T03:00:10.250", "sooner than EXPTIME"),
        ("MJD-OBS", 61365.0, "after DATE-OBS"),
        ("RA", 400.0, "not between 0 and 360"),
        ("RA", "05:35:17", "is no number"),
        ("DEC", -91.0, "not between"),
        ("RAHRS", 3.0, "contradicts RAHRS"),
        ("EGAIN", 2.0, "contradicts EGAIN"),
        ("EXPTIME", -1.0, "not between"),
        ("XBINNING", True, "is no number"),
        ("CTYPE1", "RA---TAM", "WCS"),
        ("CD1_1", 0.5, "contradicts the WCS"),
    ],
)
def test_what_is_untrue_is_an_error(tmp_path, key, value, says):
    header = build_header(all_facts())
    header[key] = value
    path = write_image(tmp_path / str(NAME), sky(), header)
    assert any(says in str(fault) for fault in errors(path)), check_image(path)


@pytest.mark.parametrize("key", ["DATE-END", "TIMESYS", "AIRMASS", "RADESYS", "CRVAL1", "GAIN", "OBSGEO-X"])
def test_what_is_missing_is_a_warning(tmp_path, key):
    header = build_header(all_facts())
    del header[key]
    path = write_image(tmp_path / str(NAME), sky(), header)
    assert (key, "it is missing") in [(fault.key, fault.text) for fault in check_image(path)]


def test_a_dark_needs_no_pointing(tmp_path):
    facts = all_facts(
        pointing=None, target=None, dome=None, exposure=type(all_facts().exposure)(0.0, 1.0, "dark")
    )
    assert check_image(write_image(tmp_path / str(NAME), sky(), build_header(facts))) == []


def test_an_unknown_unit_is_a_warning(tmp_path):
    header = build_header(all_facts(more={"WINDCHLL": (3.0, "[degX] how cold it feels")}))
    (fault,) = check_image(write_image(tmp_path / str(NAME), sky(), header))
    assert str(fault) == "warning: HDU 0: WINDCHLL: its comment gives an unknown unit, [degX]"


def test_a_key_that_is_there_twice_is_an_error(tmp_path):
    header = build_header(all_facts())
    header.append(("FILTER", "B", "another"))
    (fault,) = check_image(write_image(tmp_path / str(NAME), sky(), header))
    assert (fault.severity, fault.key, fault.text) == ("error", "FILTER", "it is there 2 times")


def test_a_plain_image_of_somebody_else_is_no_error_but_lacks_much(tmp_path):
    fits.PrimaryHDU(np.zeros((4, 4), np.int16)).writeto(tmp_path / "theirs.fits")
    found = check_image(tmp_path / "theirs.fits")
    assert {fault.severity for fault in found} == {"warning"}
    assert {"CHECKSUM", "DATE-OBS", "EXPTIME", "RA"} <= {fault.key for fault in found}


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"no FITS", "no FITS"), (b"SIMPLE  = " + b" " * 2870, "cannot be read")],
)
def test_what_is_no_fits_file_is_said(tmp_path, content, says):
    path = tmp_path / "a.fits"
    path.write_bytes(content)
    assert any(says in fault.text for fault in errors(path))


def test_what_is_not_there_is_said(tmp_path):
    assert "No such file" in str(check_image(tmp_path / "nowhere.fits")[0])
    assert "directory" in str(check_image(tmp_path)[0])


def test_a_table_is_no_image(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("a", "J", array=np.arange(3))])
    table.writeto(tmp_path / "table.fits", checksum=True)
    assert "it holds no image" in [fault.text for fault in errors(tmp_path / "table.fits")]
