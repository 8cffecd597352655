"""How the weather station makes readings of the weather."""

from types import SimpleNamespace

import numpy as np
import pytest

from ocs_sim.alpaca.simulated._weather_station import Measurement, WeatherStation
from ocs_sim.world import World, WorldClock

NIGHT = "2026-11-09T04:45:00Z"  # moonless


class Weather:
    """Wind that is told, and as many other quantities as are asked for."""

    def __init__(self, speeds, directions):
        self._speeds, self._directions = np.asarray(speeds, float), np.asarray(directions, float)

    def conditions(self, times):
        count = len(times)
        return SimpleNamespace(
            wind_speed_metres_per_second=np.resize(self._speeds, count),
            wind_direction_degrees=np.resize(self._directions, count),
        )


def wind(speeds, directions, hours=1.0):
    world = SimpleNamespace(weather=Weather(speeds, directions))
    return Measurement(world, 1e9, hours).wind_direction


def test_a_wind_from_the_north_comes_from_360():
    assert wind([3.0], [360.0]) == 360.0
    assert wind([3.0], [0.0]) == 360.0


def test_the_mean_of_winds_about_north_is_north():
    assert wind([2.0, 2.0], [350.0, 10.0]) == pytest.approx(360.0)
    assert wind([2.0, 2.0], [340.0, 10.0]) == pytest.approx(355.0)


def test_a_stronger_wind_counts_for_more():
    assert 90.0 < wind([9.0, 1.0], [90.0, 180.0]) < 100.0


def test_no_wind_comes_from_nowhere():
    assert wind([0.0], [270.0]) == 0.0


def test_a_calm_world_says_so():
    world = World(start=NIGHT, **{"weather.wind_metres_per_second": 0.0})
    latest = WeatherStation(world).latest()
    assert latest.mean("wind_speed_metres_per_second") == 0.0
    assert latest.wind_direction == 0.0


def test_readings_of_one_moment_belong_together():
    """Whatever is read, and however often, until the station measures again."""
    clock = WorldClock(start=NIGHT, stepped=True)
    station = WeatherStation(World(clock=clock))
    first = station.latest()
    clock.advance(0.001)
    assert station.latest() is first
    station.measure()
    assert station.latest() is not first
    clock.advance(5.0)
    assert station.latest().at > first.at
    assert 0.0 <= station.age_seconds() < 5.0


def test_a_bright_sky_has_lux_and_a_dark_one_hardly():
    """By day some ten thousands of lux; a moonless night has a thousandth of one."""
    world = World(start="2026-11-09T16:45:00Z")
    assert 1e3 < WeatherStation(world).latest().sky_lux < 2e5
    night = World(start=NIGHT)
    assert 1e-4 < WeatherStation(night).latest().sky_lux < 1e-2
    assert WeatherStation(night).latest().sky_magnitude > 20.0
