"""`obsbow demo`, the main job of the project in one command."""

import json
import re
import socket
from pathlib import Path

import h5py
import pytest

from tests.observatory import lay_out

pytestmark = pytest.mark.integration


@pytest.fixture
def observatory(tmp_path):
    observatory = lay_out(tmp_path / "site")
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def test_it_archives_shows_and_leaves_nothing_but_data(observatory):
    shown = observatory.well("demo", "--seconds", "3")
    assert observatory.processes() == []
    assert "acq ended well" in shown
    assert "data1.false_temperatures.temps.channel_00" in shown
    assert any("\u2801" <= character <= "\u28ff" for character in shown), "a plot made of braille dots"
    (sealed, *_) = sorted(observatory.data_directory.rglob("*.h5"))
    with h5py.File(sealed) as file:
        assert file["entry"].attrs["NX_class"] == "NXentry"
    assert list(observatory.data_directory.rglob("*.journal")) == []


@pytest.fixture
def with_telescope(tmp_path):
    observatory = lay_out(tmp_path / "site", telescope=True)
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def alpaca_port(text):
    return int(re.search(r"OBSBOW_ALPACA_PORT:-(\d+)", text)[1])


def test_it_points_the_telescope_and_shows_the_image_though_another_program_has_its_port(with_telescope):
    port = alpaca_port(with_telescope.site_file.read_text())
    with socket.create_server(("127.0.0.1", port)):
        shown = with_telescope.well("demo", "--seconds", "1")
    assert with_telescope.processes() == []
    assert f"Another program has port {port}: the simulated telescope is at" in shown
    assert "In the middle, within 5 arcsec." in shown
    path = re.search(r"^obsbow image show --stars (.*)$", shown, re.MULTILINE)[1]
    assert Path(path).is_file()
    assert f"{Path(path).name}: 1024 x 1024" in shown
    for field in ("mount.pointing.pointing.altitude", "dome.dome.dome.azimuth", "camera.images.images.fwhm"):
        assert f"\n{field} " in shown


def test_a_port_that_the_site_file_insists_on_and_another_program_has_is_named(tmp_path):
    insists = lay_out(
        tmp_path / "site",
        lambda text: re.sub(r"\$\{OBSBOW_ALPACA_PORT:-(\d+)\}", r"\1", text),
        telescope=True,
    )
    port = int(re.search(r"\n  port: (\d+)", insists.site_file.read_text())[1])
    with socket.create_server(("127.0.0.1", port)):
        done = insists.obsbow("demo", "--seconds", "1")
        findings = json.loads(insists.obsbow("doctor", "--json").stdout)
    assert f"port {port}" in [finding["what"] for finding in findings if not finding["well"]]
    assert done.returncode == 1
    assert f"Another program has port {port}, where the WorldAgent" in done.stderr
    assert insists.processes() == []


def test_what_was_up_before_stays_up(observatory):
    observatory.well("up")
    before = observatory.pid("data1")
    report = observatory.json("demo", "--seconds", "3")
    assert report["stopped"] == []
    assert [field["unit"] for field in report["fields"]] == ["K", "K"]
    assert observatory.pid("data1") == before
    assert observatory.agent("data1")["operations"]["acq"] == "succeeded"


def test_a_site_without_fake_data_is_told_what_is_missing(tmp_path):
    bare = lay_out(tmp_path / "site", lambda text: text.replace("FakeDataAgent", "BarebonesAgent"))
    text = bare.site_file.read_text()
    bare.site_file.write_text(text.replace("mode: idle", "mode: count").split("          num-channels")[0])
    done = bare.obsbow("demo")
    assert done.returncode == 1
    assert "has no FakeDataAgent" in done.stderr
    assert bare.processes() == []
