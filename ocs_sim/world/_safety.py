"""The safety monitor: rules over the weather, with hysteresis."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ocs_sim.world._part import Part, locked
from ocs_sim.world._timeline import Floats

if TYPE_CHECKING:
    from ocs_sim.world._weather import Conditions
    from ocs_sim.world._world import World

_CHUNK = 20_000


class Rule(NamedTuple):
    """A quantity that must not rise above a limit, and has to fall to another before all is well."""

    reason: str
    field: str
    limit: float
    well: float

    def is_settled_by(self, values: Floats) -> bool:
        """Return whether what was before these values does not matter after them."""
        return bool(((values > self.limit) | (values <= self.well)).any())


class Safety(Part):
    """Looks at the weather at fixed moments, so that it decides the same whenever it is asked."""

    def __init__(self, world: World) -> None:
        """Begin with what the weather is at the beginning of the world."""
        super().__init__(world)
        profile = self.profile = world.profile.safety
        self._rules = (
            Rule("the humidity is too high", "humidity_percent", *profile.humidity_percent),
            Rule("the wind is too strong", "wind_speed_metres_per_second", *profile.wind_metres_per_second),
            Rule("the gusts are too strong", "wind_gust_metres_per_second", *profile.gust_metres_per_second),
            Rule("the sky is overcast", "cloud_percent", *profile.cloud_percent),
            Rule("it rains", "rain_millimetres_per_hour", *profile.rain_millimetres_per_hour),
        )
        self._broken = dict.fromkeys((rule.reason for rule in self._rules), False)
        self._bad_until = float("-inf")
        self._seen = int(np.ceil(world.began / profile.sample_seconds)) - 2

    @property
    @locked
    def is_safe(self) -> bool:
        """Whether nothing was wrong for as long as it has to be."""
        return not self.reasons()

    @locked
    def reasons(self) -> list[str]:
        """Return why it is not safe; empty when it is."""
        now = self._world.now()
        self._look(now)
        found = [reason for reason, broken in self._broken.items() if broken]
        if self._world.faults.is_active("power.lost", now):
            found.append("mains power is off")
        if not found and now < self._bad_until:
            found.append(f"all is well, but for another {self._bad_until - now:.0f} s it has to stay so")
        return found

    def _look(self, now: float) -> None:
        step = self.profile.sample_seconds
        last = int(np.floor(now / step))
        self._seen = max(self._seen, self._settled_before(last))
        while self._seen < last:
            until = min(last, self._seen + _CHUNK)
            times: Floats = np.arange(self._seen + 1, until + 1, dtype=float) * step
            self._judge(times, self._world.weather.conditions(times))
            self._seen = until

    def _settled_before(self, last: int) -> int:
        """Return a sample up to which nobody needs to look to know how it is now: time may leap."""
        step = self.profile.sample_seconds
        first = last - int(np.ceil(self.profile.safe_again_seconds / step)) - 1
        while first - _CHUNK > self._seen:
            times: Floats = np.arange(first - _CHUNK + 1, first + 1, dtype=float) * step
            weather = self._world.weather.conditions(times)
            if all(rule.is_settled_by(getattr(weather, rule.field)) for rule in self._rules):
                return first - _CHUNK
            first -= _CHUNK
        return self._seen

    def _judge(self, times: Floats, weather: Conditions) -> None:
        if self._all_well(weather):
            return
        bad = np.zeros(times.shape, dtype=bool)
        for rule in self._rules:
            broken = hysteresis(
                getattr(weather, rule.field), rule.limit, rule.well, was=self._broken[rule.reason]
            )
            self._broken[rule.reason] = bool(broken[-1])
            bad |= broken
        if bad.any():
            self._bad_until = float(times[bad][-1]) + self.profile.safe_again_seconds

    def _all_well(self, weather: Conditions) -> bool:
        return not any(self._broken.values()) and not any(
            (getattr(weather, rule.field) > rule.limit).any() for rule in self._rules
        )


def hysteresis(values: Floats, limit: float, well: float, *, was: bool) -> Floats:
    """Return for each of a row of values whether it is too high: above `limit`, until at most `well`."""
    turns = np.where(values > limit, 1, np.where(values <= well, -1, 0))
    last = np.maximum.accumulate(np.where(turns != 0, np.arange(values.size), -1))
    return np.where(last >= 0, turns[np.maximum(last, 0)] > 0, was)
