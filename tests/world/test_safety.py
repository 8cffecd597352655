"""The safety monitor: its reasons, its hysteresis, and that it decides the same whoever looks."""

from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.world._safety import hysteresis
from tests.examples import examples
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


def test_after_a_leap_it_looks_no_further_back_than_it_must(monkeypatch):
    world = stepped()
    looked, conditions = [], world.weather.conditions

    def counting(times):
        looked.append(times.size)
        return conditions(times)

    monkeypatch.setattr(world.weather, "conditions", counting)
    world.clock.advance(50 * 365 * 86400.0)
    world.safety.reasons()
    assert sum(looked) < 50_000


@given(st.lists(st.tuples(st.sampled_from([40.0, 75.0, 90.0]), st.integers(1, 100)), min_size=1, max_size=5))
@settings(max_examples=examples(12), deadline=None)
def test_a_leap_changes_nothing(events):
    often, late = stepped(), stepped()
    with patch("ocs_sim.world._safety._CHUNK", 20):
        for world in (often, late):
            at = world.now()
            for percent, seconds in events:
                at += seconds
                values = {"percent": percent}
                world.at(at, lambda at, world=world, values=values: begin(world, at, values))
        for _ in range(int(at - often.now() + 20) // 7):
            often.clock.advance(7.0)
            often.safety.reasons()
        late.clock.jump_to(often.now())
        assert often.safety.reasons() == late.safety.reasons()


def begin(world, at, values):
    world.faults.begin(at, "weather.cloud", None, values)
