"""The Weather agent, over real HTTP, in front of a simulated station."""

from __future__ import annotations

import pytest
from ocs_sim.agents.weather import Weather

from ocs_sim.agent import OperationFailed
from ocs_sim.testing import AgentHarness, served_world


@pytest.fixture(scope="module")
def served():
    with served_world(rate=20.0) as served:
        yield served


def weather_of(served, *arguments):
    served.world.faults.clear()
    words = ["--port", str(served.port), "--monitor-period", "0.05", *arguments]
    return AgentHarness(Weather, arguments=words, instance_id="weather1")


def last(weather):
    return {name: column[-1] for name, column in weather.blocks("conditions")[-1].data.items()}


def test_it_publishes_what_the_station_measures(served):
    with weather_of(served, "--safetymonitor", "0") as weather:
        weather.until(lambda: bool(weather.blocks("conditions")))
        sample, now = last(weather), served.world.weather.now()
        assert sample["temperature"] == pytest.approx(float(now.temperature_celsius), abs=2.0)
        assert sample["pressure"] == pytest.approx(float(now.pressure_hpa), abs=5.0)
        assert 0.0 <= sample["age"] < 60.0
        assert isinstance(sample["safe"], bool)
        assert len(sample) == 15
        fields = weather.agent.feeds["conditions"].feed.blocks["conditions"]
        assert (fields["wind_speed"].unit, fields["rain_rate"].unit) == ("m/s", "mm/h")


def test_it_tells_each_reading_with_its_age(served):
    with weather_of(served, "--safetymonitor", "0") as weather:
        told = weather.run("conditions", refresh=True).session
        assert told["success"]
        humidity = told["data"]["readings"]["humidity"]
        assert humidity["unit"] == "%"
        assert 0.0 <= humidity["age"] < 60.0
        assert told["data"]["safe"] is served.world.safety.is_safe


def test_rain_is_not_safe(served):
    with weather_of(served, "--safetymonitor", "0") as weather:
        served.world.faults.inject("weather.rain")
        weather.until(lambda: bool(weather.blocks("conditions")) and not last(weather)["safe"], 20.0)
        weather.until(lambda: last(weather)["rain_rate"] > 0.0)


def test_without_a_safety_monitor_nobody_says_what_is_safe(served):
    with weather_of(served) as weather:
        weather.until(lambda: bool(weather.blocks("conditions")))
        assert "safe" not in last(weather)
        assert weather.run("conditions").session["data"]["safe"] is None


def test_a_monitor_alone_will_do(served):
    with weather_of(served, "--observingconditions", "", "--safetymonitor", "0") as weather:
        weather.until(lambda: bool(weather.blocks("conditions")))
        assert set(last(weather)) == {"safe"}


def test_nothing_is_safe_that_is_not_known(served):
    with weather_of(served, "--safetymonitor", "0") as weather:
        weather.until(lambda: bool(weather.blocks("conditions")))
        served.world.faults.inject("device.lost", device="observingconditions")
        weather.until(lambda: weather.status("monitor").session["degraded"])
        weather.until(lambda: weather.status("monitor").session["data"]["safe"] is False)
        assert "observingconditions 0" in weather.status("monitor").session["degraded_reason"]
        served.world.faults.clear()
        weather.until(lambda: not weather.status("monitor").session["degraded"], 20.0)
        weather.until(lambda: "temperature" in weather.status("monitor").session["data"])


def test_old_readings_are_told_also_without_a_safety_monitor(served):
    with weather_of(served, "--oldest-reading", "1e-9") as weather:
        weather.until(lambda: "s old" in str(weather.status("monitor").session["degraded_reason"]))


def test_nothing_is_safe_while_one_waits_for_the_safety_monitor(served):
    with weather_of(served, "--safetymonitor", "0") as weather:
        weather.until(lambda: weather.status("monitor").session["data"].get("safe"))
        served.world.faults.inject("device.slow", device="safetymonitor", delay_seconds=3.0)
        served.world.faults.inject("device.lost", device="observingconditions")
        weather.until(lambda: weather.status("monitor").session["degraded"])
        weather.until(lambda: weather.status("monitor").session["data"]["safe"] is False, 1.0)
        served.world.faults.clear()


def test_something_there_must_be_to_watch(served):
    with (
        pytest.raises(OperationFailed, match="nothing to watch"),
        weather_of(served, "--observingconditions", ""),
    ):
        pass
