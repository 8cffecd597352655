"""Faults by name, for a time, and by script."""

import math

import pytest

from ocs_sim.world import NoSuchFault, OutOfRange, ScriptFaulty, play
from tests.world.worlds import NIGHT, stepped


@pytest.fixture
def world():
    return stepped()


def names(world):
    return [fault.name for fault in world.faults.active()]


def test_each_fault_is_explained(world):
    catalogue = world.faults.catalogue()
    assert {
        "mount.stall",
        "dome.shutter_stuck",
        "camera.cooler_failure",
        "weather.rain",
        "device.slow",
    } <= set(catalogue)
    assert all(text.endswith(".") for text in catalogue.values())


def test_each_fault_can_be_injected_and_cleared(world):
    for name in world.faults.catalogue():
        world.faults.inject(name)
        assert world.faults.is_active(name)
    assert names(world) == sorted(world.faults.catalogue())
    world.clock.advance(1.0)
    world.faults.clear()
    assert names(world) == []
    assert world.faults.is_active("mount.stall", NIGHT + 0.5)  # it was


def test_a_fault_ends_by_itself_or_earlier(world):
    world.faults.inject("device.slow", seconds=10, device="telescope")
    world.faults.inject("weather.rain", seconds=10)
    world.clock.advance(5.0)
    world.faults.clear("weather.rain")
    assert names(world) == ["device.slow"]
    assert world.faults.find("device.slow").values == {"device": "telescope", "delay_seconds": 2.0}
    world.clock.advance(5.0)
    assert names(world) == []


def test_a_fault_injected_again_is_replaced(world):
    world.faults.inject("weather.cloud", seconds=10, percent=50)
    world.clock.advance(5.0)
    world.faults.inject("weather.cloud", seconds=20, percent=80)
    assert [fault.values["percent"] for fault in world.faults.active()] == [80]
    world.clock.advance(10.0)
    assert names(world) == ["weather.cloud"]
    world.clock.advance(10.0)
    assert names(world) == []


def test_what_has_long_passed_is_forgotten(world):
    for _ in range(60):
        world.faults.inject("weather.cloud", seconds=10)
        world.clock.advance(3600.0)
    assert 24 <= len(world.faults.all_of("weather.cloud")) <= 30


def test_listeners_are_told_the_moments_once(world):
    told = []
    world.faults.on(
        "focuser.stall",
        lambda at, _: told.append(("on", at - NIGHT)),
        lambda at, _: told.append(("off", at - NIGHT)),
    )
    world.faults.inject("focuser.stall", seconds=10)
    world.clock.advance(4.0)
    world.faults.clear()
    world.faults.inject("focuser.stall", seconds=10)
    world.clock.advance(100.0)
    world.now()
    assert told == [("on", 0), ("off", 4), ("on", 4), ("off", 14)]


def test_what_is_unknown_is_refused(world):
    with pytest.raises(NoSuchFault, match=r"mount\.stall"):
        world.faults.inject("mount.explode")
    with pytest.raises(NoSuchFault):
        world.faults.clear("mount.explode")
    with pytest.raises(OutOfRange, match="percent"):
        world.faults.inject("weather.cloud", percents=3)
    with pytest.raises(OutOfRange, match="a number"):
        world.faults.inject("weather.cloud", percent="much")
    with pytest.raises(OutOfRange, match="one of both, hour_angle, declination"):
        world.faults.inject("mount.stall", axis="azimuth")
    with pytest.raises(OutOfRange, match=r"one of .*telescope"):
        world.faults.inject("device.lost", device="telescop")
    with pytest.raises(OutOfRange, match="from 0 to 100"):
        world.faults.inject("weather.cloud", percent=-5)
    with pytest.raises(OutOfRange, match="0 or more"):
        world.faults.inject("device.slow", delay_seconds=-1)
    for seconds in (0, -1, math.nan, math.inf):
        with pytest.raises(OutOfRange, match="above 0"):
            world.faults.inject("mount.stall", seconds)
    assert names(world) == []


def test_a_script_happens_at_its_moments(world, tmp_path):
    path = tmp_path / "night.yaml"
    path.write_text(
        "- {at: 30, do: weather.cloud, for: 20, percent: 95}\n"
        '- {at: "2026-11-21T03:00:10Z", do: mount.stall, for: 5}\n'
        "- {at: 40, do: device.failing, device: dome, number: 1281}\n"
        '- {at: "2026-11-21T02:00:00Z", do: power.lost}\n'  # has passed
    )
    assert [event.name for event in play(world, path)] == ["mount.stall", "weather.cloud", "device.failing"]
    world.clock.advance(45.0)
    assert names(world) == ["device.failing", "weather.cloud"]
    assert world.faults.is_active("mount.stall", NIGHT + 12)
    assert not world.faults.is_active("mount.stall", NIGHT + 16)
    assert float(world.weather.now().cloud_percent) == pytest.approx(95)
    world.clock.advance(30.0)
    assert names(world) == ["device.failing"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("- {at: 1, do: mount.explode}", "no fault 'mount.explode'"),
        ("- {at: soon, do: mount.stall}", "ISO 8601"),
        ("- {at: true, do: mount.stall}", "ISO 8601"),
        ("- {at: .nan, do: mount.stall}", "ISO 8601"),
        ("- {at: 1, do: device.slow, device: mount}", "telescope"),
        ("- {at: 1, do: mount.stall, for: -3}", "above 0"),
        ("- {at: 1, do: weather.rain, percent: 3}", "percent"),
        ("- {do: mount.stall}", "needs `at` and `do`"),
        ("- 5", "needs `at` and `do`"),
    ],
)
def test_a_faulty_script_is_refused_with_its_line_before_anything_happens(world, tmp_path, line, words):
    path = tmp_path / "night.yaml"
    path.write_text(f"- {{at: 1, do: weather.cloud}}\n{line}\n")
    with pytest.raises(ScriptFaulty, match=r"night.yaml, line 2: ") as caught:
        play(world, path)
    assert words in str(caught.value)
    world.clock.advance(10.0)
    assert names(world) == []


def test_a_script_that_is_no_list_is_refused(world, tmp_path):
    path = tmp_path / "night.yaml"
    path.write_text("at: 1\n")
    with pytest.raises(ScriptFaulty, match="a list of events"):
        play(world, path)
