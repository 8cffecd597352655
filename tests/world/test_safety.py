"""The safety monitor: its reasons, its hysteresis, and that it decides the same whoever looks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.world._safety import hysteresis
from tests.world.worlds import stepped


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30), st.booleans())
def test_hysteresis_is_that_of_a_loop(values, was):
    expected, state = [], was
    for value in values:
        state = True if value > 7 else False if value <= 4 else state
        expected.append(state)
    assert hysteresis(np.array(values), 7.0, 4.0, was=was).tolist() == expected


def test_it_is_safe_until_something_is_wrong_and_for_a_while_after():
    world = stepped()
    assert (world.safety.is_safe, world.safety.reasons()) == (True, [])
    world.faults.inject("weather.gust", seconds=30.0, metres_per_second=30.0)
    world.clock.advance(10.0)
    assert not world.safety.is_safe
    assert set(world.safety.reasons()) == {"the wind is too strong", "the gusts are too strong"}
    world.clock.advance(27.0)
    assert any("for another" in reason for reason in world.safety.reasons())
    world.clock.advance(15.0)
    assert world.safety.is_safe


def test_it_stays_unsafe_between_the_two_limits():
    world = stepped()
    for percent, safe in ((75.0, True), (90.0, False), (75.0, False), (60.0, True)):
        world.faults.inject("weather.cloud", percent=percent)
        world.clock.advance(60.0)
        assert world.safety.is_safe == safe, percent


def test_without_power_it_is_not_safe():
    world = stepped()
    world.faults.inject("power.lost", seconds=5)
    assert world.safety.reasons() == ["mains power is off"]
    world.clock.advance(6.0)
    assert world.safety.is_safe


def test_whoever_looks_often_sees_what_who_looks_late_sees():
    often, late = stepped("toros", seed=3), stepped("toros", seed=3)
    for world in (often, late):
        world.at(
            world.now() + 40000.0, lambda at, world=world: world.faults.begin(at, "weather.rain", 900.0, {})
        )
    seen = []
    for _ in range(400):
        often.clock.advance(217.0)
        seen.append(often.safety.is_safe)
    late.clock.advance(400 * 217.0)
    assert often.safety.reasons() == late.safety.reasons()
    assert {True, False} <= set(seen)
