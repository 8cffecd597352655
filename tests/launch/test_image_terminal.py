"""Pictures of images that a terminal can show."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ocs_sim.images import build_header, write_image
from ocs_sim.launch._image_terminal import Picture, best_picture, draw, fitted
from tests.images.scenes import NAME, all_facts, sky

OBSBOW = str(Path(sys.executable).with_name("obsbow"))


class Screen:
    """Something like a terminal."""

    def __init__(self, *, tty=True, encoding="utf-8"):
        self.isatty = lambda: tty
        self.encoding = encoding


@pytest.mark.parametrize(
    ("screen", "environ", "kind"),
    [
        (Screen(), {"TERM": "xterm", "COLORTERM": "truecolor"}, Picture.TRUECOLOUR),
        (Screen(), {"TERM": "xterm-256color"}, Picture.COLOURS_256),
        (Screen(), {"TERM": "dumb", "COLORTERM": "truecolor"}, Picture.ASCII),
        (Screen(), {"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"}, Picture.ASCII),
        (Screen(encoding="latin-1"), {"TERM": "xterm"}, Picture.ASCII),
        (Screen(tty=False), {"TERM": "xterm", "COLORTERM": "truecolor"}, Picture.ASCII),
    ],
)
def test_the_picture_is_what_the_terminal_can_show(screen, environ, kind):
    assert best_picture(screen, environ) is kind


def decoded(line):
    """Return the grey levels, upper and lower, of a line of half blocks."""
    levels, now = [], (0, 0)
    for codes, blocks in re.findall(r"\x1b\[([\d;]*)m(▀*)", line):
        if found := re.fullmatch(r"38;2;(\d+);\1;\1;48;2;(\d+);\2;\2", codes):
            now = int(found[1]), int(found[2])
        levels += [now] * len(blocks)
    return levels


def test_half_blocks_hold_the_picture():
    picture, _ = fitted(sky((40, 60)), 60, 40, "asinh")
    assert picture.shape == (40, 60)
    lines = list(draw(picture, Picture.TRUECOLOUR))
    assert len(lines) == 20
    for row, line in enumerate(lines):
        assert decoded(line) == list(
            zip(picture[2 * row].tolist(), picture[2 * row + 1].tolist(), strict=True)
        )


@pytest.mark.parametrize("shape", [(96, 128), (500, 30), (30, 500), (1, 1), (7, 3000)])
@pytest.mark.parametrize("size", [(80, 24), (20, 4), (200, 60)])
def test_a_picture_fits_whatever_its_shape(shape, size):
    picture, _ = fitted(np.ones(shape, np.uint16), *size, "asinh")
    assert picture.shape[0] % 2 == 0
    assert picture.shape[0] <= 2 * size[1]
    assert picture.shape[1] <= size[0]
    for kind in (Picture.TRUECOLOUR, Picture.COLOURS_256, Picture.ASCII):
        lines = list(draw(picture, kind, [(0, 0)]))
        assert len(lines) == len(picture) // 2


def in_a_terminal(arguments, **environment):
    """Return what a command prints in a terminal of 24 lines of 80."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [OBSBOW, "image", *map(str, arguments)],
        stdout=terminal,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"COLUMNS": "80", "LINES": "24", "PYTHONIOENCODING": "utf-8"} | environment,
    )
    os.close(terminal)
    printed = b""
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not piece:
            break
        printed += piece
    os.close(controller)
    assert process.wait(timeout=30) == 0
    return printed.decode()


def test_in_a_terminal_there_are_colours_and_it_fits(tmp_path):
    image = write_image(tmp_path / str(NAME), sky(), build_header(all_facts()))
    printed = in_a_terminal(["show", image], TERM="xterm", COLORTERM="truecolor")
    lines = printed.splitlines()
    assert len(lines) < 24
    assert "38;2;" in printed
    assert max(line.count("▀") for line in lines) <= 80
    assert lines[-3].startswith(str(NAME))
