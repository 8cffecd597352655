"""The world on the server's page."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from ocs_sim.alpaca._world_panel import WorldPanel
from ocs_sim.testing import ManualClock
from ocs_sim.world import NoSuchFault, OutOfRange, StartNotUnderstood, TimeOnlyGoesForward, World

NIGHT = 1_772_337_600.0


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def panel(clock):
    return WorldPanel(World(clock=clock, start=NIGHT))


def facts(panel):
    found = json.loads(json.dumps([asdict(each) for each in panel.sections()], allow_nan=False))
    return {each["label"]: each["value"] for section in found for each in section["facts"]}


def forms(panel):
    return [(form.label, form.fixed) for section in panel.sections() for form in section.forms]


def test_it_shows_clock_weather_and_faults(panel):
    shown = facts(panel)
    assert shown["UTC"] == "2026-03-01T04:00:00Z"
    assert shown["Active"] == "none"
    assert -90 < shown["Sun's altitude"] < 0
    assert {"Safe", "Temperature", "Wind", "Seeing"} <= set(shown)


def test_its_clock_is_turned(panel, clock):
    assert panel.act("set_rate", {"rate": 10}) == "Time passes 10 times as fast."
    clock.advance(6.0)
    assert facts(panel)["UTC"] == "2026-03-01T04:01:00Z"
    assert panel.act("set_rate", {"rate": 0}) == "Time stands still."
    clock.advance(6.0)
    assert (facts(panel)["UTC"], facts(panel)["Rate"]) == ("2026-03-01T04:01:00Z", "stands still")
    assert panel.act("advance", {"seconds": 60}) == "It is 2026-03-01T04:02:00Z."
    assert panel.act("jump_to", {"moment": "2026-03-01T05:00:00Z"}) == "It is 2026-03-01T05:00:00Z."
    assert panel.act("jump_to", {"moment": "night"}) == "It is 2026-03-01T05:00:00Z."


def test_it_injects_and_clears(panel):
    panel.act("inject", {"name": "weather.rain", "seconds": 600})
    panel.act("inject", {"name": "device.slow", "values": "device=dome, delay_seconds=3"})
    shown = facts(panel)
    assert (shown["weather.rain"], shown["device.slow"]) == ("600 s more", "until cleared")
    assert ("Clear device.slow", {"name": "device.slow"}) in forms(panel)
    assert panel.act("clear", {"name": "device.slow"}) == "Cleared device.slow."
    panel.act("clear", {})
    assert facts(panel)["Active"] == "none"


@pytest.mark.parametrize(
    ("action", "values", "error"),
    [
        ("dance", {}, ValueError),
        ("set_rate", {}, ValueError),
        ("set_rate", {"rate": -1}, OutOfRange),
        ("set_rate", {"rate": True}, ValueError),
        ("advance", {"seconds": -1}, OutOfRange),
        ("advance", {"seconds": 1e300}, OutOfRange),
        ("advance", {"seconds": "x"}, ValueError),
        ("jump_to", {"moment": "yesterday"}, StartNotUnderstood),
        ("jump_to", {"moment": "2000-01-01"}, TimeOnlyGoesForward),
        ("jump_to", {"moment": "9999-01-01"}, OutOfRange),
        ("jump_to", {"moment": "nan"}, StartNotUnderstood),
        ("inject", {"name": "mount.explode"}, NoSuchFault),
        ("inject", {"name": "weather.rain", "seconds": float("inf")}, ValueError),
        ("inject", {"name": "weather.rain", "seconds": 0}, OutOfRange),
        ("inject", {"name": "weather.rain", "values": "much"}, ValueError),
        ("inject", {"name": "weather.rain", "values": "millimetres_per_hour=nan"}, OutOfRange),
        ("inject", {"name": "weather.rain", "values": "seconds=5"}, OutOfRange),
        ("clear", {"name": "x"}, NoSuchFault),
    ],
)
def test_what_makes_no_sense_changes_nothing(panel, action, values, error):
    before = facts(panel)
    with pytest.raises(error):
        panel.act(action, values)
    assert facts(panel) == before
