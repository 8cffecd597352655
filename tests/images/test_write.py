"""Files of images: whole or not there, verified by others' tools, and the same compressed."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.io.fits.scripts import fitscheck
from astropy.nddata import CCDData
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import (
    ImageExists,
    ImageName,
    NotAnImageName,
    NotReadable,
    NotWritten,
    Truth,
    build_header,
    check_image,
    header_text,
    read_header,
    read_image,
    remove_leftovers,
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


def test_an_image_is_not_overwritten_unless_asked(tmp_path):
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    before = path.read_bytes()
    with pytest.raises(ImageExists):
        write_image(path, sky(seed=2), HEADER)
    assert path.read_bytes() == before
    write_image(path, sky(seed=2), HEADER, overwrite=True)
    assert path.read_bytes() != before
    assert list(tmp_path.iterdir()) == [path]


def test_an_image_that_another_process_writes_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    path = tmp_path / str(NAME)
    really = os.fsync

    def somebody_is_faster(descriptor):
        path.write_bytes(b"theirs")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", somebody_is_faster)
    with pytest.raises(ImageExists):
        write_image(path, sky(), HEADER)
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_links_gets_a_rename(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    assert check_image(path) == []
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["nowhere/a.fits", "file/a.fits"])
def test_a_place_that_cannot_be_written_is_said(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(NotWritten):
        write_image(tmp_path / place, sky(), HEADER)


WRITE = """
import os, resource, signal, sys
from pathlib import Path
from ocs_sim.images import NotWritten, build_header, write_image
from tests.examples import examples
from tests.images.scenes import all_facts, sky
path, how = Path(sys.argv[1]), sys.argv[2]
header = build_header(all_facts())

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if how in ("fsync", "link"):
    setattr(os, how, die)
elif how == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
elif how == "loop":
    scenes = [sky((512, 512), seed) for seed in range(2)]
    while True:
        for scene in scenes:
            write_image(path, scene, header, overwrite=True)
            print("written", flush=True)
try:
    write_image(path, sky((512, 512)), header)
except NotWritten as error:
    sys.exit(str(error))
"""


def writing(path, how):
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path), how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("moment", ["fsync", "link"])
def test_a_writer_that_is_killed_leaves_no_torn_file(tmp_path, moment):
    path = tmp_path / str(NAME)
    done = writing(path, moment)
    done.communicate(timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not path.exists()
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".")
    assert not list(tmp_path.glob("*.fits"))
    with pytest.raises(NotAnImageName):
        ImageName.parse(part)
    assert remove_leftovers(tmp_path) == [part]
    assert write_image(path, sky(), HEADER).exists()


def test_a_writer_that_is_killed_at_any_time_leaves_a_whole_file(tmp_path):
    path = tmp_path / str(NAME)
    wholes = [sky((512, 512), seed) for seed in range(2)]
    for pause in (0.004, 0.023):
        process = writing(path, "loop")
        for _ in range(3):
            assert process.stdout.readline() == "written\n"
        time.sleep(pause)
        process.kill()
        process.communicate()
        assert check_image(path) == []
        assert any(np.array_equal(read_image(path).data, whole) for whole in wholes)
        remove_leftovers(tmp_path)
        assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    path = tmp_path / str(NAME)
    done = writing(path, "full")
    _, told = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "the disk took a part of it only; it may be full" in told
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_on_the_way_leaves_what_was_there(tmp_path, monkeypatch):
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        write_image(path, sky(seed=2), HEADER, overwrite=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_being_written_is_no_leftover(tmp_path, monkeypatch):
    path, seen = tmp_path / str(NAME), []
    really = os.fsync

    def look(descriptor):
        seen.append(remove_leftovers(tmp_path))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write_image(path, sky(), HEADER)
    assert seen
    assert not any(seen)
    assert check_image(path) == []


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
