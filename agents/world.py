"""World: a simulated observatory behind Alpaca, for those who have no hardware yet."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ocs_sim.agent import (
    Agent,
    AgentContext,
    Feed,
    FeedField,
    OperationFailed,
    Run,
    Unit,
    process,
    task,
)
from ocs_sim.almanac import Place
from ocs_sim.alpaca import ServerError
from ocs_sim.alpaca.world_server import WorldServer, WorldSettings, advance, inject, iso, jump_to, set_rate
from ocs_sim.errors import ObservatoryError

from ._world_options import WorldOptions

_PERIOD_SECONDS = 1.0
_AGAIN_SECONDS = 2.0
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), Unit("s")]
_EVENT_VALUES = {
    "cloud": "percent",
    "rain": "millimetres_per_hour",
    "gust": "metres_per_second",
    "humidity": "percent",
}


class World(Agent[WorldOptions]):
    """Simulates an observatory and serves its devices to Alpaca clients."""

    Options = WorldOptions
    aliases = ("World",)

    feed = Feed(
        "world",
        record=True,
        blocks={
            "world": {
                "time": FeedField(float, "s", "The world's UTC as unix seconds"),
                "offset": FeedField(float, "s", "The world's time minus the machine's"),
                "rate": FeedField(float, "", "Seconds of the world in a second; 0 while time stands still"),
                "active_faults": FeedField(int, "", "How many faults there are"),
            }
        },
        buffer_time_seconds=1.0,
    )

    def __init__(self, context: AgentContext[WorldOptions]) -> None:
        super().__init__(context)
        self.server = WorldServer(_settings(context), context.clock)
        self.world = self.server.world
        self.start_when_joined("serve")

    @process()
    async def serve(self, run: Run) -> str:
        """serve()

        **Process** - Serve the devices until stopped, and publish the world's time; starts by itself.

        `session['data']` is `{"address": "http://127.0.0.1:11111", "port": 11111, "profile": "fast",
        "seed": 1, "devices": [{"type": "Telescope", "number": 0, "name": "...", "unique_id": "..."}, ...],
        "time": 1600448753.9, "rate": 1.0, "offset": 0.0, "faults": ["weather.rain"]}`. While another program
        has the port it is degraded, and tries again.

        """
        await self._begin(run)
        try:
            run.data = self._facts()
            async for _ in run.every(_PERIOD_SECONDS):
                run.data = {**run.data, **self._now()}
                self._publish()
        finally:
            await self.server.stop()
            self.feed.flush()
        return "Served until asked to end."

    @task(abortable=False)
    def set_rate(self, run: Run, rate: Annotated[float, Field(ge=0, le=1e6)] = 1.0) -> str:
        """set_rate(rate=1.)

        **Task** - Let time in the world pass faster, slower, or not at all.

        `session['data']` of all three tasks of the clock is `{"time": 1600448753.9, "rate": 1.0,
        "offset": 0.0, "faults": []}`.

        Args:
            rate (float): Seconds of the world in a second; 0 lets time stand still.

        """
        set_rate(self.world, rate)
        return self._turned(run)

    @task(abortable=False)
    def advance(
        self, run: Run, seconds: Annotated[float, Field(ge=0, allow_inf_nan=False), Unit("s")]
    ) -> str:
        """advance(seconds)

        **Task** - Let some time pass in the world at once, also when it stands still.

        Args:
            seconds (float): How much.

        """
        _or_fail(lambda: advance(self.world, seconds))
        return self._turned(run)

    @task(abortable=False)
    def jump_to(self, run: Run, moment: float | str) -> str:
        """jump_to(moment)

        **Task** - Make it another moment in the world, later than it is.

        Args:
            moment (float | str): Unix seconds, ISO 8601, or `night` for the coming one.

        """
        _or_fail(lambda: jump_to(self.world, moment))
        return self._turned(run)

    @task(abortable=False)
    def weather_event(
        self,
        run: Run,
        event: Literal["cloud", "rain", "gust", "humidity"],
        seconds: Seconds | None = None,
        value: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None,
    ) -> str:
        """weather_event(event, seconds=None, value=None)

        **Task** - Let the weather turn bad; a fault `weather.EVENT`.

        `session['data']` is that of `list_faults`.

        Args:
            event (str): `cloud`, `rain`, `gust` or `humidity`.
            seconds (float): For how long; without it until `clear_faults`.
            value (float): How bad: percent of cloud or humidity, mm/h of rain, m/s of wind.

        """
        values: dict[str, float | str] = {} if value is None else {_EVENT_VALUES[event]: value}
        return self._inject(run, f"weather.{event}", seconds, values)

    @task(abortable=False)
    def inject_fault(
        self,
        run: Run,
        name: str,
        seconds: Seconds | None = None,
        values: dict[str, float | str] | None = None,
    ) -> str:
        """inject_fault(name, seconds=None, values=None)

        **Task** - Let something go wrong; `list_faults` tells what can.

        `session['data']` is that of `list_faults`.

        Args:
            name (str): The fault, such as `mount.stall`.
            seconds (float): For how long; without it until `clear_faults`.
            values (dict): What the fault takes, such as `{"percent": 80}`.

        """
        return self._inject(run, name, seconds, values or {})

    @task(abortable=False)
    def clear_faults(self, run: Run, name: str | None = None) -> str:
        """clear_faults(name=None)

        **Task** - End a fault, or all of them.

        `session['data']` is that of `list_faults`.

        Args:
            name (str): The fault; without it all.

        """
        _or_fail(lambda: self.world.faults.clear(name))
        run.data = self._all_faults()
        return f"Cleared {name or 'all faults'}."

    @task(abortable=False)
    def list_faults(self, run: Run) -> str:
        """list_faults()

        **Task** - Tell what is wrong in the world, and what can go wrong.

        `session['data']` is `{"active": [{"name": "weather.rain", "since": 1600448753.9, "until": null,
        "values": {"millimetres_per_hour": 5.0}}], "known": {"mount.stall": "...", ...}}`; `until` is null for
        a fault that nothing ends.

        """
        run.data = self._all_faults()
        return f"{len(run.data['active'])} faults are active."

    def _inject(self, run: Run, name: str, seconds: float | None, values: dict[str, float | str]) -> str:
        _or_fail(lambda: inject(self.world, name, seconds, values))
        run.data = self._all_faults()
        return f"{name}: {run.data['known'][name]}"

    async def _begin(self, run: Run) -> None:
        while True:
            try:
                await self.server.start()
            except ServerError as fault:
                run.degraded(str(fault))
                await run.sleep_async(_AGAIN_SECONDS)
            else:
                run.recovered()
                self.log.info("serving at %s", self.server.address)
                return

    def _turned(self, run: Run) -> str:
        run.data = self._now()
        return f"It is {iso(run.data['time'])} in the world."

    def _facts(self) -> dict[str, Any]:
        settings, server = self.server.settings, self.server.server
        return {
            "address": server.address,
            "port": server.port,
            "profile": settings.profile,
            "seed": settings.seed,
            "devices": [
                {
                    "type": each.device_type,
                    "number": each.number,
                    "name": each.name,
                    "unique_id": each.unique_id,
                }
                for each in server.asgi.devices
            ],
            **self._now(),
        }

    def _now(self) -> dict[str, Any]:
        now, clock = self.world.now(), self.world.clock
        return {
            "time": now,
            "rate": 0.0 if clock.stepped else clock.rate,
            "offset": now - self.context.clock.time(),
            "faults": [each.name for each in self.world.faults.active()],
        }

    def _publish(self) -> None:
        now = self._now()
        faults = now.pop("faults")
        self.feed.publish_block("world", {**now, "active_faults": len(faults)}, self.context.clock.time())

    def _all_faults(self) -> dict[str, Any]:
        faults = self.world.faults
        active = [
            {
                "name": each.name,
                "since": each.since,
                "until": each.until if math.isfinite(each.until) else None,
                "values": dict(each.values),
            }
            for each in faults.active()
        ]
        return {"active": active, "known": faults.catalogue()}


def _or_fail(act: Callable[[], object]) -> None:
    try:
        act()
    except ObservatoryError as fault:
        raise OperationFailed(str(fault)) from fault


def _settings(context: AgentContext[WorldOptions]) -> WorldSettings:
    options, site = context.options, context.site
    profile = options.profile
    if profile.endswith((".yaml", ".yml")):
        profile = str(site.path.parent / Path(profile).expanduser())
    identity = site.identity
    place = (
        None
        if identity is None
        else Place(identity.latitude_deg, identity.longitude_deg, identity.elevation_m)
    )
    return WorldSettings(
        host=options.host,
        port=options.port,
        discovery_port=options.discovery_port,
        profile=profile,
        seed=options.seed,
        start=options.start,
        time_rate=options.time_rate,
        sky=options.sky,
        script=options.script,
        place=place,
        site_code=identity.code if identity else "",
        site_name=identity.name if identity else "",
    )
