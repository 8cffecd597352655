"""Weather station, safety monitor and switches."""

import math

import pytest
from alpaca.exceptions import InvalidValueException, NotImplementedException, OperationCancelledException

SENSORS = [
    "CloudCover",
    "DewPoint",
    "Humidity",
    "Pressure",
    "RainRate",
    "SkyBrightness",
    "SkyQuality",
    "SkyTemperature",
    "StarFWHM",
    "Temperature",
    "WindDirection",
    "WindGust",
    "WindSpeed",
]


def test_every_reading_is_possible(site):
    station = site.observingconditions
    for _ in range(5):
        readings = {name: getattr(station, name) for name in SENSORS}
        assert 0.0 <= readings["CloudCover"] <= 100.0
        assert 0.0 <= readings["Humidity"] <= 100.0
        assert readings["DewPoint"] <= readings["Temperature"] + 0.01
        assert 500.0 < readings["Pressure"] < 1100.0
        assert readings["RainRate"] >= 0.0
        assert readings["SkyBrightness"] >= 0.0
        assert 0.0 < readings["SkyQuality"] < 23.0
        assert readings["SkyTemperature"] <= readings["Temperature"]
        assert 0.1 < readings["StarFWHM"] < 20.0
        assert 0.0 <= readings["WindDirection"] <= 360.0
        assert readings["WindGust"] >= readings["WindSpeed"] >= 0.0
        assert (readings["WindSpeed"] == 0.0) == (readings["WindDirection"] == 0.0)
        site.wait(3600.0)


def test_humidity_and_dew_point_agree(site):
    """By Magnus' formula (Sonntag 1990)."""
    station = site.observingconditions
    celsius, dew = station.Temperature, station.DewPoint
    pressure = {t: math.exp(17.62 * t / (243.12 + t)) for t in (celsius, dew)}
    assert station.Humidity == pytest.approx(100.0 * pressure[dew] / pressure[celsius], abs=2.0)


def test_a_reading_has_an_age_until_the_next(site):
    station = site.observingconditions
    ages = []
    for _ in range(12):
        ages.append(station.TimeSinceLastUpdate(""))
        site.wait(1.0)
    assert all(0.0 <= age <= 5.0 for age in ages)
    assert max(ages) > min(ages)
    site.wait(1.3)
    station.Refresh()
    assert station.TimeSinceLastUpdate("Temperature") == 0.0
    site.wait(0.5)
    assert station.TimeSinceLastUpdate("") <= 0.5 + 1e-6


def test_readings_can_be_averaged(site):
    station = site.observingconditions
    assert station.AveragePeriod == 0.0
    seen = []
    for hours in (0.0, 0.5, 1.0):
        # alpyca reads it only.
        station._put("averageperiod", AveragePeriod=hours)
        assert station.AveragePeriod == hours
        seen.append(station.Temperature)
    with pytest.raises(InvalidValueException):
        station._put("averageperiod", AveragePeriod=-2.0)
    assert len(set(seen)) == 3


def test_each_sensor_is_described_and_no_other(site):
    station = site.observingconditions
    for name in SENSORS:
        assert station.SensorDescription(name)
        assert station.SensorDescription(name.lower()) == station.SensorDescription(name)
        assert station.TimeSinceLastUpdate(name) >= 0.0
    for call in (station.SensorDescription, station.TimeSinceLastUpdate):
        with pytest.raises(InvalidValueException):
            call("Telescope")
    with pytest.raises(InvalidValueException):
        station.SensorDescription("")


def test_rain_is_seen_by_station_and_monitor(site):
    assert site.safetymonitor.IsSafe
    site.world.faults.inject("weather.rain")
    site.wait(120.0)
    assert site.observingconditions.RainRate > 0.0
    assert site.observingconditions.CloudCover > 50.0
    assert not site.safetymonitor.IsSafe
    site.world.faults.clear("weather.rain")
    site.wait(7200.0)
    assert site.safetymonitor.IsSafe


def test_who_is_not_connected_is_not_told_that_it_is_safe(site, running, wire):
    answer = wire.get("/api/v1/safetymonitor/0/issafe", {"ClientID": 990})
    assert answer.error == 0x407


def test_switches_are_described(site):
    switch = site.switch
    assert switch.MaxSwitch > 0
    for number in range(switch.MaxSwitch):
        assert switch.GetSwitchName(number)
        assert switch.GetSwitchDescription(number)
        lowest, highest = switch.MinSwitchValue(number), switch.MaxSwitchValue(number)
        steps = (highest - lowest) / switch.SwitchStep(number)
        assert lowest < highest
        assert steps == pytest.approx(round(steps), abs=1e-6)
        assert lowest <= switch.GetSwitchValue(number) <= highest
        assert isinstance(switch.GetSwitch(number), bool)
        assert switch.CanWrite(number) or not switch.CanAsync(number)


def test_a_switch_can_be_read_only(site):
    switch = site.switch
    fixed = [number for number in range(switch.MaxSwitch) if not switch.CanWrite(number)]
    assert fixed
    for number in fixed:
        for setting, value in (
            (switch.SetSwitch, True),
            (switch.SetSwitchValue, switch.MaxSwitchValue(number)),
            (switch.SetAsync, True),
            (switch.SetAsyncValue, switch.MinSwitchValue(number)),
        ):
            with pytest.raises(NotImplementedException):
                setting(number, value)


def writable(switch):
    return [number for number in range(switch.MaxSwitch) if switch.CanWrite(number)]


def test_a_switch_holds_what_it_is_set_to(hurried):
    """The deprecated form answers when it holds."""
    switch = hurried.switch
    for number in writable(switch):
        lowest, highest = switch.MinSwitchValue(number), switch.MaxSwitchValue(number)
        for state in (True, False):
            switch.SetSwitch(number, state)
            assert switch.GetSwitch(number) is state
            assert switch.GetSwitchValue(number) == (highest if state else lowest)
        for value in (lowest, highest, lowest + switch.SwitchStep(number)):
            switch.SetSwitchValue(number, value)
            assert switch.GetSwitchValue(number) == pytest.approx(value)
            assert switch.GetSwitch(number) is (value > lowest)
        for beyond in (lowest - 1.0, highest + 1.0):
            for setting in (switch.SetSwitchValue, switch.SetAsyncValue):
                with pytest.raises(InvalidValueException):
                    setting(number, beyond)


def test_a_switch_changes_while_the_client_does_something_else(site):
    switch = site.switch
    slow = [number for number in range(switch.MaxSwitch) if switch.CanAsync(number)]
    assert slow
    for number in slow:
        switch.SetAsyncValue(number, switch.MaxSwitchValue(number))
        before = switch.StateChangeComplete(number)
        site.wait(5.0)
        assert switch.StateChangeComplete(number)
        assert switch.GetSwitchValue(number) == switch.MaxSwitchValue(number)
        switch.SetAsync(number, False)
        site.wait(5.0)
        assert switch.GetSwitchValue(number) == switch.MinSwitchValue(number)
        assert isinstance(before, bool)


def test_a_change_can_be_called_off(site):
    switch = site.switch
    delayed = next(
        number
        for number in range(switch.MaxSwitch)
        if switch.CanAsync(number) and not started(switch, number)
    )
    old = switch.GetSwitchValue(delayed)
    assert not switch.StateChangeComplete(delayed)
    switch.CancelAsync(delayed)
    with pytest.raises(OperationCancelledException):
        switch.StateChangeComplete(delayed)
    site.wait(5.0)
    assert switch.GetSwitchValue(delayed) == old
    switch.SetAsyncValue(delayed, switch.MaxSwitchValue(delayed))
    site.wait(5.0)
    assert switch.StateChangeComplete(delayed)


def started(switch, number):
    """Start a change; tell whether it is over at once."""
    switch.SetAsyncValue(number, switch.MaxSwitchValue(number))
    return switch.StateChangeComplete(number)


def test_switches_that_are_none_are_refused(site):
    switch = site.switch
    calls = [
        switch.CanAsync,
        switch.CanWrite,
        switch.CancelAsync,
        switch.GetSwitch,
        switch.GetSwitchDescription,
        switch.GetSwitchName,
        switch.GetSwitchValue,
        switch.MaxSwitchValue,
        switch.MinSwitchValue,
        switch.StateChangeComplete,
        switch.SwitchStep,
        lambda number: switch.SetAsync(number, True),
        lambda number: switch.SetAsyncValue(number, 0.0),
        lambda number: switch.SetSwitch(number, True),
        lambda number: switch.SetSwitchName(number, "name"),
        lambda number: switch.SetSwitchValue(number, 0.0),
    ]
    for call in calls:
        for number in (-1, switch.MaxSwitch):
            with pytest.raises(InvalidValueException):
                call(number)


def test_a_switch_can_be_named(site):
    site.switch.SetSwitchName(0, "Wärmeband")
    assert site.switch.GetSwitchName(0) == "Wärmeband"
