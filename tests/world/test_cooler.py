"""The cooler: how it gets there, and how it does not."""

import numpy as np
import pytest

from ocs_sim.world import OutOfRange
from tests.world.observing import closed_world


def curve(world, seconds=40, step=0.25):
    """Return the temperatures that are read while the clock runs."""
    found = []
    for _ in range(int(seconds / step)):
        found.append(world.camera.temperature_celsius)
        world.clock.advance(step)
    return np.array(found)


def cooled(mode="normal", **overrides):
    world = closed_world(64, **{"camera.cooler_mode": mode, **overrides})
    world.camera.set_point_celsius = -10.0
    world.camera.cooler_on = True
    return world


def test_it_falls_as_an_exponential_to_its_set_point_and_stays():
    world = cooled()
    way = curve(world)
    start = way[0]
    assert start == pytest.approx(float(world.weather.now().temperature_celsius), abs=0.5)
    assert way[8] == pytest.approx(-10 + (start + 10) * np.exp(-1), abs=0.3), "after one time constant of 2 s"
    assert np.all(np.diff(way) <= 1e-9)
    assert way[-1] == pytest.approx(-10.0, abs=0.01)


def test_it_works_hard_on_the_way_and_less_when_it_is_there():
    world = cooled()
    world.clock.advance(0.1)
    assert world.camera.cooler_power_percent == 100.0
    sink = world.camera.heat_sink_celsius
    world.clock.advance(60)
    air = float(world.weather.now().temperature_celsius)
    assert world.camera.cooler_power_percent == pytest.approx(100 * (air + 10) / 45, abs=1)
    assert air < world.camera.heat_sink_celsius < sink + 1
    world.camera.cooler_on = False
    assert world.camera.cooler_power_percent == 0.0


def test_it_gets_no_colder_than_it_can():
    world = cooled()
    world.camera.set_point_celsius = -50.0
    world.clock.advance(120)
    air = float(world.weather.now().temperature_celsius)
    assert world.camera.temperature_celsius == pytest.approx(air - 45.0, abs=0.1)
    assert world.camera.cooler_power_percent == pytest.approx(100.0, abs=0.5)


def test_switched_off_it_warms_up_slowly():
    world = cooled()
    world.clock.advance(60)
    world.camera.cooler_on = False
    way = curve(world, 60)
    assert way[0] == pytest.approx(-10.0, abs=0.05)
    assert np.all(np.diff(way) > 0)
    assert way[-1] == pytest.approx(float(world.weather.now().temperature_celsius), abs=0.1)


def test_moods():
    overshoot, swings, short = (curve(cooled(mode)) for mode in ("overshoot", "underdamped", "never_reaches"))
    assert overshoot.min() < -11.0
    assert overshoot[-1] == pytest.approx(-10.0, abs=0.05)
    crossings = np.count_nonzero(np.diff(np.sign(swings + 10.0)))
    assert crossings >= 6
    assert short.min() > -8.5
    assert np.ptp(short[-20:]) < 0.1, "it settles, but not there"


@pytest.mark.parametrize("fault", ["camera.cooler_failure", "power.lost"])
def test_a_failure_lets_it_warm_up_until_it_is_over(fault):
    world = cooled()
    world.clock.advance(60)
    world.faults.inject(fault, seconds=30)
    world.clock.advance(29)
    assert world.camera.temperature_celsius > 5.0
    assert world.camera.cooler_on
    assert world.camera.cooler_power_percent == 0.0
    world.clock.advance(61)
    assert world.camera.temperature_celsius == pytest.approx(-10.0, abs=0.05)


def test_a_fault_nobody_watched_leaves_the_same_trace():
    def after(step):
        world = cooled()
        world.clock.advance(10)
        world.faults.inject("camera.cooler_overshoot", seconds=3)
        for _ in range(int(6 / step)):
            world.clock.advance(step)
            _ = world.camera.temperature_celsius
        return world.camera.temperature_celsius

    assert after(6.0) == pytest.approx(after(0.1), abs=1e-6)


@pytest.mark.parametrize("celsius", [-300.0, 100.0, float("nan")])
def test_absurd_set_points_are_refused(celsius):
    world = closed_world(64)
    with pytest.raises(OutOfRange):
        world.camera.set_point_celsius = celsius
    assert world.camera.set_point_celsius == -10.0
