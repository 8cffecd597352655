"""The weather: random but the same, coherent, and as the events say."""

import numpy as np
import pytest

from ocs_sim.world._random_access import smooth_noise
from ocs_sim.world._weather import dew_point_celsius, relative_humidity_percent
from tests.world.worlds import NIGHT, NORTH, stepped

HOUR = 3600.0
MONTH = NIGHT + np.arange(0.0, 30 * 24 * HOUR, 600.0)


@pytest.fixture(scope="module")
def month():
    """The weather of a month at a place that has some."""
    return stepped("toros").weather.conditions(MONTH)


def test_it_is_the_same_in_whatever_order_it_is_asked():
    first, second = stepped("toros", seed=7).weather, stepped("toros", seed=7).weather
    together = first.conditions(MONTH[:200])
    backwards = [second.conditions(moment) for moment in MONTH[:200][::-1]][::-1]
    for name in together._fields:
        assert getattr(together, name).tolist() == [float(getattr(each, name)) for each in backwards], name


def test_another_seed_is_another_weather(month):
    other = stepped("toros", seed=2).weather.conditions(MONTH)
    correlation = np.corrcoef(month.wind_speed_metres_per_second, other.wind_speed_metres_per_second)[0, 1]
    assert abs(correlation) < 0.3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_noise_has_the_rms_and_the_memory_that_it_is_asked_for(seed):
    times = np.arange(0.0, 3e6, 100.0)
    noise = smooth_noise(times, seed, "anything", 2000.0)
    assert abs(noise.mean()) < 0.1
    assert noise.std() == pytest.approx(1.0, abs=0.1)
    near = np.corrcoef(noise[:-2], noise[2:])[0, 1]  # 200 s apart
    far = np.corrcoef(noise[:-60], noise[60:])[0, 1]  # 6000 s
    assert near > 0.75
    assert abs(far) < 0.2
    assert np.abs(np.diff(smooth_noise(np.arange(0.0, 1e4, 0.1), seed, "anything", 2000.0))).max() < 0.01


def test_afternoons_are_warm_and_july_is_winter_in_the_south():
    for place, sign in ((None, 1), (NORTH, -1)):
        weather = stepped("toros", place=place).weather
        midnight = NIGHT - (NIGHT % 86400.0)
        offset = -weather._world.place.longitude_degrees / 15
        days = midnight + np.arange(30.0)[:, None] * 86400.0 + (np.array([[3.0, 15.0]]) + offset) * HOUR
        night, day = weather.conditions(days).temperature_celsius.mean(axis=0)
        assert day - night == pytest.approx(2 * weather._world.profile.weather.daily_swing_celsius, abs=1.5)
        january, july = (
            weather.conditions(start + np.arange(0.0, 28 * 86400.0, HOUR)).temperature_celsius.mean()
            for start in (1767225600.0, 1782864000.0)  # 2026-01-01, 2026-07-01
        )
        assert sign * (january - july) > 8


def test_dew_point_and_humidity_agree(month):
    expected = relative_humidity_percent(month.temperature_celsius, month.dew_point_celsius)
    assert month.humidity_percent == pytest.approx(expected)
    assert (month.dew_point_celsius < month.temperature_celsius).all()
    assert ((month.humidity_percent > 0) & (month.humidity_percent <= 100)).all()
    # Tabulated: air of 20 C and 50 % has its dew point at 9.3 C.
    assert float(dew_point_celsius(np.array(20.0), 50.0)) == pytest.approx(9.3, abs=0.05)


def test_what_belongs_together_comes_together(month):
    raining = month.rain_millimetres_per_hour > 0
    assert 0 < raining.mean() < 0.2
    assert (month.cloud_percent[raining] > 90).all()
    assert (month.humidity_percent[raining] > 90).all()
    assert (month.wind_gust_metres_per_second > month.wind_speed_metres_per_second).all()
    spread = month.temperature_celsius - month.sky_temperature_celsius
    assert spread[month.cloud_percent > 95].max() < spread[month.cloud_percent < 5].min()
    assert 0.5 < np.median(month.seeing_arcseconds) / 1.3 < 1.5
    assert month.pressure_hpa.mean() == pytest.approx(760, abs=8)  # at 2420 m


def test_wind_comes_from_somewhere(month):
    assert ((month.wind_direction_degrees > 0) & (month.wind_direction_degrees <= 360)).all()
    calm = stepped(**{"weather.wind_metres_per_second": 0.0}).weather.now()
    assert (float(calm.wind_speed_metres_per_second), float(calm.wind_direction_degrees)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("fault", "values", "field", "expected"),
    [
        ("weather.cloud", {"percent": 60.0}, "cloud_percent", 60.0),
        ("weather.rain", {"millimetres_per_hour": 12.0}, "rain_millimetres_per_hour", 12.0),
        ("weather.rain", {}, "cloud_percent", 97.0),
        ("weather.gust", {"metres_per_second": 30.0}, "wind_gust_metres_per_second", 30.0),
        ("weather.gust", {"metres_per_second": 30.0}, "wind_speed_metres_per_second", 21.0),
        ("weather.humidity", {"percent": 95.0}, "humidity_percent", 95.0),
    ],
)
def test_an_event_comes_stays_and_goes(fault, values, field, expected):
    world = stepped()
    before = float(getattr(world.weather.now(), field))
    world.faults.inject(fault, seconds=60.0, **values)
    begun = world.now()
    assert float(getattr(world.weather.now(), field)) == pytest.approx(before)
    world.clock.advance(30.0)
    assert float(getattr(world.weather.now(), field)) == pytest.approx(expected, abs=0.5)
    world.clock.advance(60.0)
    assert float(getattr(world.weather.now(), field)) == pytest.approx(before, abs=1.5)
    # What was, stays.
    assert float(getattr(world.weather.conditions(begun + 30.0), field)) == pytest.approx(expected, abs=0.5)


def test_the_fast_profile_has_weather_to_observe_in():
    for seed in range(3):
        world = stepped(seed=seed)
        year = world.now() + np.arange(0.0, 365 * 86400.0, HOUR)
        weather, limits = world.weather.conditions(year), world.profile.safety
        assert weather.cloud_percent.max() < limits.cloud_percent[0]
        assert weather.rain_millimetres_per_hour.max() == 0
        assert weather.wind_gust_metres_per_second.max() < limits.gust_metres_per_second[0]
        assert weather.humidity_percent.max() < limits.humidity_percent[0]


def test_the_temperature_alone_is_that_of_the_conditions():
    world = stepped("toros", seed=7)
    world.faults.inject("weather.rain", seconds=3 * HOUR)
    world.clock.advance(2 * HOUR)
    times = world.now() + np.arange(-10.0, 1.0) * 600.0
    conditions = world.weather.conditions(times)
    assert np.any(conditions.rain_millimetres_per_hour > 0)
    assert world.weather.air_celsius(times).tolist() == conditions.temperature_celsius.tolist()
