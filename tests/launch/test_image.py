"""`obsbow image`: what it draws, what it says, and what it exits with."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.images import build_header, read_image, write_image
from ocs_sim.launch._cli import obsbow
from ocs_sim.launch._image_png import draw_png
from tests.examples import examples
from tests.images.scenes import NAME, all_facts, sky

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
ESCAPE = "\x1b"


@pytest.fixture
def image(tmp_path):
    return write_image(tmp_path / str(NAME), sky(), build_header(all_facts()))


def run(*arguments, **environment):
    # Whoever runs tests side by side gives them a terminal's size.
    no_terminal = {"COLUMNS": None, "LINES": None}
    done = CliRunner(env=no_terminal | environment).invoke(obsbow, ["image", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done


def test_without_a_terminal_the_picture_is_of_letters(image):
    done = run("show", image)
    *picture, title, pixels, shown = done.stdout.splitlines()
    assert done.exit_code == 0
    assert ESCAPE not in done.stdout
    assert 20 <= len(picture) <= 30
    assert all(len(line) <= 80 for line in picture)
    assert set("".join(picture)) <= set(" .:-=+*#%@")
    assert title == f"{NAME}: 128 x 96 uint16, M 42, LIGHT, R, 30 s, 2026-11-21T03:00:00.250Z"
    data = read_image(image).data
    assert pixels.startswith(f"minimum {data.min()}, median {np.median(data):g}, mean ")
    assert re.fullmatch(r"black \S+, white \S+ \(asinh\), 0 saturated", shown)


def test_a_bright_star_is_where_it_is_in_the_picture(tmp_path):
    pixels = sky((100, 100), stars=0)
    pixels[86:94, 16:24] = 60_000  # near the top left: the first row is at the bottom
    lines = run("show", write_image(tmp_path / "a.fits", pixels, fits.Header())).stdout.splitlines()
    brightest = {(row, line.index("@")) for row, line in enumerate(lines[:-3]) if "@" in line}
    assert brightest
    # 100 pixels are shown by 60 columns and 30 lines.
    assert all(row in (1, 2, 3, 4) and 9 <= column <= 15 for row, column in brightest)


def test_stars_are_marked_and_counted(image):
    done = run("show", image, "--stars")
    assert "o" in "".join(done.stdout.splitlines()[:-4])
    assert re.fullmatch(r"\d+ stars, FWHM .* pix = .* arcsec, half-flux .* pix", done.stdout.splitlines()[-1])
    plain = json.loads(run("show", image, "--stars", "--json").stdout)
    assert plain["count"] == len(plain["stars"]) > 3
    brightest = plain["stars"][0]
    data = read_image(image).data
    row, column = np.unravel_index(data.argmax(), data.shape)
    assert abs(brightest["x"] - column) < 2
    assert abs(brightest["y"] - row) < 2


def test_json_has_what_is_printed(image):
    plain = json.loads(run("show", image, "--json", "--stretch", "linear").stdout)
    data = read_image(image).data
    assert (plain["width"], plain["height"], plain["type"], plain["hdu"]) == (128, 96, "uint16", 0)
    assert plain["pixels"]["maximum"] == data.max()
    assert plain["pixels"]["mean"] == pytest.approx(data.mean())
    assert plain["pixels"]["sigma"] == pytest.approx(12, rel=0.2)
    assert plain["stretch"]["name"] == "linear"


def test_a_png_has_title_grid_and_marks(image, tmp_path):
    from matplotlib.image import imread

    path = tmp_path / "picture.png"
    done = run("show", image, "--stars", "--png", path, "--json")
    assert json.loads(done.stdout)["png"] == str(path)
    picture = imread(path)[..., :3]
    assert min(picture.shape[:2]) > 500
    red, green, blue = (picture[..., band] for band in range(3))
    assert ((red > 0.8) & (green > 0.6) & (blue < 0.4)).sum() > 50, "no star is marked"
    assert ((blue > red + 0.2) & (blue > 0.3)).sum() > 100, "there is no grid"


def test_a_star_of_unknown_width_is_marked_too(image, tmp_path):
    from matplotlib.image import imread

    star = SimpleNamespace(x=[64.0], y=[48.0], fwhm_pixels=[np.nan])
    draw_png(tmp_path / "a.png", read_image(image), "a star", "asinh", star)
    red, green, blue, _ = np.moveaxis(imread(tmp_path / "a.png"), -1, 0)
    assert ((red > 0.8) & (green > 0.6) & (blue < 0.4)).any()


def test_a_png_of_an_image_without_coordinates(tmp_path):
    path = write_image(tmp_path / "bias.fits", sky(), fits.Header())
    done = run("show", path, "--png", tmp_path / "bias.png")
    assert (done.exit_code, done.stdout) == (0, f"Wrote {tmp_path / 'bias.png'}.\n")
    assert (tmp_path / "bias.png").read_bytes().startswith(b"\x89PNG")


def test_a_png_without_matplotlib_says_what_to_install(image, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    done = run("show", image, "--png", tmp_path / "a.png")
    assert done.exit_code == 1
    assert "pip install 'ocs-sim[plot]'" in done.stderr
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(("name", "says"), [("a.jpg", "must end in .png"), ("no/a.png", "cannot be written")])
def test_a_png_that_cannot_be_written_is_said(image, tmp_path, name, says):
    done = run("show", image, "--png", tmp_path / name)
    assert done.exit_code == 1
    assert says in done.stderr


@pytest.mark.parametrize("command", ["show", "header"])
@pytest.mark.parametrize("name", ["nowhere.fits", "empty.fits", "text.fits", "torn.fits", "."])
def test_what_cannot_be_read_is_one_message(image, tmp_path, command, name):
    (tmp_path / "empty.fits").touch()
    (tmp_path / "text.fits").write_text("This is no image.\n" * 1000)
    (tmp_path / "torn.fits").write_bytes(image.read_bytes()[: 5000 if command == "header" else 20_000])
    done = run(command, tmp_path / name)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("obsbow: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr or name == "."


@pytest.fixture(scope="module")
def files_bytes(tmp_path_factory):
    header, folder = build_header(all_facts()), tmp_path_factory.mktemp("whole")
    pixels = sky((20, 30))
    return [
        write_image(folder / str(NAME), pixels, header, compress=packed).read_bytes()
        for packed in (False, True)
    ]


@settings(deadline=None, max_examples=examples(25))
@given(st.data())
def test_however_a_file_is_damaged_there_is_a_picture_or_one_message(tmp_path_factory, files_bytes, data):
    whole = bytearray(data.draw(st.sampled_from(files_bytes)))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=20)):
        whole[place] = data.draw(st.sampled_from(b"0 /'=T.-Z\x00\xff"))
    path = tmp_path_factory.mktemp("damaged") / "a.fits"
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole)))])
    for command in ("show", "header"):
        done = run(command, path)
        assert (done.exit_code, done.stderr.count("\n")) in ((0, 0), (1, 1))
    assert run("check", path).exit_code in (0, 1)


def test_a_damaged_card_is_left_out_and_told(image):
    damaged = bytearray(image.read_bytes())
    place = damaged.index(b"FILTER  = ") + len(b"FILTER  = ")
    damaged[place : place + 20] = b"R" * 20
    image.write_bytes(damaged)
    assert "COMMENT a damaged card was here: FILTER" in run("header", image).stdout.splitlines()
    assert run("show", image).exit_code == 0
    assert "FILTER" in run("check", image).stdout


def test_header_prints_the_cards(image):
    header = read_image(image).header
    lines = run("header", image).stdout.splitlines()
    assert lines == [str(card).rstrip() for card in header.cards]
    plain = json.loads(run("header", image, "--json").stdout)
    assert {"key": "EXPTIME", "value": 30.0, "comment": "[s] exposure time"} in plain["cards"]
    assert [card["key"] for card in plain["cards"]] == list(header)


def test_the_header_of_a_compressed_image_is_the_images(tmp_path, image):
    packed = write_image(image, sky(), build_header(all_facts()), compress=True)
    assert any(
        line.startswith("NAXIS1  =                  128")
        for line in run("header", packed).stdout.splitlines()
    )
    assert (
        run("header", packed, "--hdu", 0).stdout.splitlines()[2].startswith("NAXIS   =                    0")
    )
    assert run("header", packed, "--hdu", 7).exit_code == 1
    assert "128 x 96 uint16" in run("show", packed).stdout


def test_check_says_which_are_sound(image, tmp_path):
    torn = tmp_path / "torn.fits"
    torn.write_bytes(image.read_bytes()[:20_000])
    assert run("check", image).exit_code == 0
    assert run("check", image).stdout == f"{image}: sound.\n"
    done = run("check", image, torn)
    assert done.exit_code == 1
    assert f"{torn}: not sound." in done.stdout
    assert "  error: its 20000 bytes" in done.stdout
    plain = json.loads(run("check", image, torn, "--json").stdout)
    assert [each["sound"] for each in plain] == [True, False]
    assert plain[1]["faults"][0]["severity"] == "error"


def test_what_astropy_says_of_a_torn_file_is_a_fault_and_not_on_stderr(image):
    image.write_bytes(image.read_bytes()[:20_000])
    done = subprocess.run([OBSBOW, "image", "check", image], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "may be extra bytes" in done.stdout
    assert done.stderr == ""


def test_warnings_do_not_change_the_exit_code(tmp_path):
    fits.PrimaryHDU(np.zeros((9, 9), np.int16)).writeto(tmp_path / "theirs.fits")
    done = run("check", tmp_path / "theirs.fits")
    assert done.exit_code == 0
    assert "warning: HDU 0: EXPTIME: it is missing" in done.stdout


@pytest.mark.parametrize("arguments", [["check"], ["show"], ["show", "a.fits", "--stretch", "log"]])
def test_what_makes_no_sense_is_2(arguments):
    assert run(*arguments).exit_code == 2
