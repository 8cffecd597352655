"""What a `/setup` page shows of a simulated world: its clock, its weather, what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from ocs_sim.almanac import moon, sun
from ocs_sim.alpaca._panels import Fact, Form, FormField, Section
from ocs_sim.alpaca._world_wishes import advance, inject, iso, jump_to, set_rate

if TYPE_CHECKING:
    from ocs_sim.world import World

_DAY_DEGREES, _NIGHT_DEGREES = 0.0, -18.0
_EVENT_SECONDS = 600.0
_EVENTS = {
    "weather.cloud": "Clouds, 10 min",
    "weather.rain": "Rain, 10 min",
    "weather.gust": "Gusts, 10 min",
}


class WorldPanel:
    """A world as sections of facts and forms; see SetupPanel."""

    name = "world"

    def __init__(self, world: World) -> None:
        self._world = world

    def sections(self) -> list[Section]:
        """Return how the world is now."""
        return [self._clock(), self._weather(), self._faults()]

    def act(self, action: str, values: Mapping[str, Any]) -> str:
        """Do what a form asks for; raises WorldError or ValueError."""
        acts = {
            "set_rate": self._set_rate,
            "advance": self._advance,
            "jump_to": self._jump_to,
            "inject": self._inject,
            "clear": self._clear,
        }
        if action not in acts:
            raise ValueError(f"There is no {action!r}: choose one of {', '.join(acts)}.")
        return acts[action](values)

    def _clock(self) -> Section:
        world = self._world
        now = world.now()
        sun_degrees = float(sun(world.place, now).altitude_degrees)
        the_moon = moon(world.place, now)
        rate = 0.0 if world.clock.stepped else world.clock.rate
        return Section(
            "Clock",
            (
                Fact("UTC", iso(now)),
                Fact("Rate", "stands still" if rate == 0 else f"{rate:g} \u00d7"),
                Fact("Sun's altitude", round(sun_degrees, 1), "°", _sky_level(sun_degrees)),
                Fact("Moon's altitude", round(float(the_moon.altitude_degrees), 1), "°"),
                Fact("Moon lit", round(100 * float(the_moon.illuminated_fraction)), "%"),
            ),
            (
                Form("set_rate", "Set rate", (FormField("rate", "Rate", value=rate, unit="0 stands still"),)),
                Form("advance", "Advance", (FormField("seconds", "Advance by", value=3600, unit="s"),)),
                Form("jump_to", "Jump", (FormField("moment", "Jump to (ISO, or night)", "text", "night"),)),
            ),
        )

    def _weather(self) -> Section:
        now = self._world.weather.now()
        rain, cloud = float(now.rain_millimetres_per_hour), float(now.cloud_percent)
        is_safe = self._world.safety.is_safe
        reasons = "; ".join(self._world.safety.reasons())
        return Section(
            "Weather",
            (
                Fact("Safe", is_safe, level="good" if is_safe else "bad"),
                *([Fact("Because", reasons, level="bad")] if reasons else []),
                Fact("Temperature", _rounded(now.temperature_celsius), "°C"),
                Fact("Humidity", _rounded(now.humidity_percent), "%"),
                Fact("Dew point", _rounded(now.dew_point_celsius), "°C"),
                Fact("Pressure", _rounded(now.pressure_hpa), "hPa"),
                Fact("Wind", _rounded(now.wind_speed_metres_per_second), "m/s"),
                Fact("Gusts", _rounded(now.wind_gust_metres_per_second), "m/s"),
                Fact("Cloud", _rounded(cloud), "%", "warning" if cloud > 50 else ""),
                Fact("Rain", _rounded(rain), "mm/h", "bad" if rain > 0 else ""),
                Fact("Seeing", _rounded(now.seeing_arcseconds, 2), "″"),
            ),
            tuple(
                Form("inject", label, fixed={"name": name, "seconds": _EVENT_SECONDS})
                for name, label in _EVENTS.items()
            ),
        )

    def _faults(self) -> Section:
        now, faults = self._world.now(), self._world.faults
        active = faults.active()
        facts = tuple(Fact(each.name, _ends(each.until - now), level="bad") for each in active)
        inject = Form(
            "inject",
            "Inject",
            (
                FormField("name", "Fault", "choice", choices=tuple(faults.catalogue())),
                FormField("seconds", "For", unit="s"),
                FormField("values", "Values", "text"),
            ),
            hint="Without seconds it stays until cleared. Values: percent=80, or device=dome delay_seconds=5",
        )
        clear = tuple(Form("clear", f"Clear {each.name}", fixed={"name": each.name}) for each in active)
        return Section("Faults", facts or (Fact("Active", "none", level="good"),), (*clear, inject))

    def _set_rate(self, values: Mapping[str, Any]) -> str:
        rate = _number(values, "rate")
        set_rate(self._world, rate)
        return "Time stands still." if rate == 0 else f"Time passes {rate:g} times as fast."

    def _advance(self, values: Mapping[str, Any]) -> str:
        return f"It is {iso(advance(self._world, _number(values, 'seconds')))}."

    def _jump_to(self, values: Mapping[str, Any]) -> str:
        return f"It is {iso(jump_to(self._world, str(values.get('moment', ''))))}."

    def _inject(self, values: Mapping[str, Any]) -> str:
        name = str(values.get("name", ""))
        seconds = _number(values, "seconds") if "seconds" in values else None
        inject(self._world, name, seconds, pairs(str(values.get("values", ""))))
        return f"{name}: {self._world.faults.catalogue()[name]}"

    def _clear(self, values: Mapping[str, Any]) -> str:
        name = values.get("name")
        self._world.faults.clear(None if name is None else str(name))
        return f"Cleared {name or 'all faults'}."


def pairs(text: str) -> dict[str, float | str]:
    """Return what `percent=80 device=dome` says; raises ValueError."""
    found: dict[str, float | str] = {}
    for word in text.replace(",", " ").split():
        key, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is no value: write it like percent=80.")
        found[key] = _number_or_text(value)
    return found


def _number_or_text(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _number(values: Mapping[str, Any], name: str) -> float:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is to be a number.")
    return float(value)


def _rounded(value: Any, digits: int = 1) -> float:
    return round(float(value), digits)


def _ends(seconds: float) -> str:
    return "until cleared" if math.isinf(seconds) else f"{seconds:.0f} s more"


def _sky_level(sun_degrees: float) -> Literal["", "good", "warning"]:
    if sun_degrees > _DAY_DEGREES:
        return "warning"
    return "good" if sun_degrees < _NIGHT_DEGREES else ""
