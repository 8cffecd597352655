"""Profiles: what ships, what a user's file says, and which line of it is wrong."""

import pytest

from ocs_sim.world import NoSuchProfile, ProfileFaulty, World, load_profile, profile_names


def test_what_ships():
    assert profile_names() == ["1m", "fast", "toros"]
    toros, fast, metre = load_profile("toros"), load_profile("fast"), load_profile("1m")
    assert (toros.camera.width, toros.camera.readout_seconds, toros.camera.electrons_per_adu) == (
        10560,
        90,
        0.38,
    )
    for profile, scale in ((toros, 0.4959), (fast, 1.0), (metre, 0.387)):
        assert profile.optics.arcseconds_per_pixel(profile.camera.pixel_micrometres) == pytest.approx(
            scale, abs=1e-3
        )
    assert metre.dome.shutter_seconds == 60
    assert [each.name for each in fast.filters] == ["L", "R", "G", "B", "Ha"]
    assert (toros.name, toros.place.latitude_degrees) == ("toros", -31.8023)


def test_single_numbers_are_overridden():
    profile = load_profile(
        "fast", **{"camera.width": 64, "mount.pointing.ih_arcseconds": -1.5, "place.elevation_metres": 7}
    )
    assert (profile.camera.width, profile.mount.pointing.ih_arcseconds, profile.place.elevation_metres) == (
        64,
        -1.5,
        7,
    )
    assert profile.camera.height == 1024
    assert World("fast", **{"camera.width": 64}).profile.camera.width == 64


def test_a_file_says_only_what_differs(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("extends: fast\ntitle: Mine\nmount:\n  pointing: {tf_arcseconds: 99}\n")
    profile = load_profile(path)
    assert (profile.name, profile.title, profile.mount.pointing.tf_arcseconds) == ("mine", "Mine", 99.0)
    assert profile.mount.pointing.ih_arcseconds == load_profile("fast").mount.pointing.ih_arcseconds


def complaint(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ProfileFaulty) as caught:
        load_profile(path)
    return str(caught.value)


def test_all_that_is_wrong_is_named_with_its_line(tmp_path):
    text = complaint(
        tmp_path,
        "extends: fast\ncamera:\n  widht: 5\n  height: many\ndome:\n  starts_open: perhaps\nfilters: 3\n"
        "safety:\n  cloud_percent: [1]\nmount:\n  kind: banana\n  max_rate_degrees_per_second: 0\nwheel: 7\n",
    )
    for line, words in (
        (3, "did you mean 'width'"),
        (4, "a whole number"),
        (6, "true or false"),
        (7, "a list"),
        (9, "a list of 2"),
        (11, "german, fork"),
        (12, "above 0"),
        (13, "WheelProfile"),
    ):
        assert any(f"line {line}:" in each and words in each for each in text.splitlines()), (line, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [("a: [", "not YAML"), ("title: x\n", "'filters' is missing"), ("", "missing"), ("- 1\n", "a mapping")],
)
def test_a_file_that_is_no_profile_is_refused(tmp_path, text, words):
    assert words in complaint(tmp_path, text)


def test_a_profile_that_is_not_there_is_named():
    with pytest.raises(NoSuchProfile, match="1m, fast, toros"):
        load_profile("slow")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("camera: {width: 0}", "a whole number from 1 to 32768"),
        ("camera: {electrons_per_adu: 0}", "a number above 0"),
        ("camera: {read_noise_electrons: -1}", "a number of 0 or more"),
        ("camera: {max_adu: 100000}", "from 1 to 65535"),
        ("camera: {binning: both}", "one of ccd, cmos"),
        ("camera: {readout_modes: [one]}", "go together"),
        ("camera: {set_point_celsius: -80}", "set_point_celsius"),
        ("optics: {focal_length_metres: .nan}", "a number"),
        ("mount: {horizon: [[0, 300]]}", "from -90 to 90"),
        ("focuser: {max_steps: 100}", "above its max_steps"),
        ("filters: []", "needs one at least"),
        ("switches: [{name: Lamp, maximum: -3}]", "'Lamp'"),
        ("place: {latitude_degrees: 95}", "latitude"),
    ],
)
def test_numbers_that_make_no_observatory_are_refused(tmp_path, text, words):
    assert words in complaint(tmp_path, f"extends: fast\n{text}\n")
