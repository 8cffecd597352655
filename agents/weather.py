"""Weather: what the sky and the air are like, and whether that is safe, over Alpaca."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent import Agent, AgentContext, OperationFailed, Publisher, Run, process, task

from ._device import DeviceLink, Watch, close_links, link_from
from ._weather import BLOCK, SENSORS, Station, WeatherOptions, conditions_feed


class Weather(Agent[WeatherOptions]):
    """Watches the weather and the safety monitor."""

    Options = WeatherOptions
    aliases = ("Weather",)

    def __init__(self, context: AgentContext[WeatherOptions]) -> None:
        super().__init__(context)
        options = self.options
        self._links: list[DeviceLink] = []
        self.station = self._station(options.observingconditions)
        self.monitor_link = self._link("safetymonitor", options.safetymonitor)
        if not self._links:
            raise OperationFailed("There is nothing to watch: give --observingconditions or --safetymonitor.")
        self._fields: frozenset[str] = frozenset()
        self._publisher: Publisher | None = None

    async def on_stop(self) -> None:
        """Take leave of the devices."""
        await close_links(*self._links)

    @process(startup=True)
    def monitor(self, run: Run, test_mode: bool = False) -> None:
        """monitor(test_mode=False)

        **Process** - Publish the weather, each `--monitor-period`; starts by itself.

        `session['data']` is the latest sample of feed `conditions`, and its `timestamp`. Degraded while a
        device does not answer or its readings are too old; `safe` is False then.

        Args:
            test_mode (bool): Publish once and end.

        """
        watch = Watch(run)
        for _ in run.every(self.options.monitor_period):
            sample = self._look(run, watch)
            if sample:
                self._publish(run, sample)
            if test_mode and watch.is_well:
                break

    @task()
    def conditions(self, run: Run, refresh: bool = False) -> str:
        """conditions(refresh=False)

        **Task** - Tell the weather and whether it is safe, with the age of each reading.

        `session['data']` is `{"readings": {"temperature": {"value": 8.1, "unit": "C", "age": 2.5}, ...},
        "safe": True, "timestamp": 1600448753.9}`; ages in seconds, None where the station does not tell;
        `safe` is None without a safety monitor.

        Args:
            refresh (bool): Have the station measure first.

        """
        readings: dict[str, Any] = {}
        if self.station is not None:
            if refresh:
                self.station.refresh()
            readings = {name: each.encode() for name, each in self.station.readings().items()}
        safe = _is_safe(self.monitor_link) if self.monitor_link is not None else None
        run.data = {"readings": readings, "safe": safe, "timestamp": self.context.clock.time()}
        return {None: "Nobody says whether it is safe.", True: "It is safe.", False: "It is not safe."}[safe]

    def _look(self, run: Run, watch: Watch) -> dict[str, Any]:
        """Return a sample of what answers; a weather that is not known is not safe."""
        sample: dict[str, Any] = {}
        station, link, is_known = self.station, self.monitor_link, True
        if station is not None:
            told = watch.attempt(station.link, lambda: self._weather(station))
            sample, is_known = told or {}, told is not None
        is_fresh = sample.get("age", 0.0) <= self.options.oldest_reading
        if link is not None:
            if not is_known:
                # At once: the safety monitor may hang as well.
                run.data = {**(run.data or {}), "safe": False}
            safe = watch.attempt(link, lambda: _is_safe(link))
            sample["safe"] = bool(safe) and is_known and is_fresh
        if watch.is_well and not is_fresh:
            run.degraded(f"The newest reading is {sample['age']:.0f} s old.")
        elif watch.is_well:
            run.recovered()
        return sample

    def _weather(self, station: Station) -> dict[str, Any]:
        told = {SENSORS[name].field: value for name, value in station.values().items()}
        age = station.age_seconds()
        return {**told, "age": 0.0 if age is None else age}

    def _publish(self, run: Run, sample: dict[str, Any]) -> None:
        now = self.context.clock.time()
        run.data = {**sample, "timestamp": now}
        publisher = self._publisher or self._declare(sample)
        # A block has all its fields or is none: of a station that is silent only the session tells.
        if publisher is not None and self._fields == frozenset(sample):
            publisher.publish_block(BLOCK, sample, now)
            publisher.flush()

    def _declare(self, sample: dict[str, Any]) -> Publisher | None:
        """Offer the feed once it is known what there is to publish."""
        if self.station is not None and "age" not in sample:
            return None
        self._fields = frozenset(sample)
        sensors = [name for name, sensor in SENSORS.items() if sensor.field in sample]
        self._publisher = self.add_feed(conditions_feed(sensors, has_monitor="safe" in sample))
        return self._publisher

    def _station(self, number: int | None) -> Station | None:
        link = self._link("observingconditions", number)
        return None if link is None else Station(link)

    def _link(self, kind: str, number: int | None) -> DeviceLink | None:
        if number is None:
            return None
        link = link_from(self.context, kind, number)
        self._links.append(link)
        return link


def _is_safe(link: DeviceLink) -> bool:
    return bool(link.read(lambda device: device.IsSafe, "say whether it is safe"))
