"""`obsbow demo`, the main job of the project in one command."""

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
