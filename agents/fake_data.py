"""FakeData: temperatures that nobody measured, for those who have no hardware yet."""

from __future__ import annotations

import math
import random
from typing import Annotated, Any, Literal

from pydantic import Field

from ocs_sim.agent import (
    Agent,
    AgentContext,
    DeviceLock,
    Feed,
    FeedField,
    OperationFailed,
    Publisher,
    Run,
    Unit,
    option,
    process,
    task,
)
from ocs_sim.agent import Options as AgentOptions

from ._load import LoadPlan, LoadRun

_REPORT_PERIOD_SECONDS = 1.0
# Longer than this without a report, and the samples in between are left out rather than sent in one lump.
_LONGEST_REPORT_SECONDS = 10.0
_LOWEST_RATE_HZ = 1e-6
_FIRST_VALUE_K = 0.1
_WALK_K = 0.003
_NOISE_K = 0.002
_DELAY_STEP_SECONDS = 0.5
Encoding = Literal["lists", "packed"]


class FakeDataOptions(AgentOptions):
    """What a site file may say of FakeData."""

    mode: Literal["idle", "acq"] = option(
        "idle", help="`acq` starts acq and count when the agent has joined."
    )
    num_channels: int = option(2, ge=0, help="How many channels to simulate; all are sampled together.")
    sample_rate: float = option(9.5, help="Samples per second of each channel.")
    frame_length: int = option(60, help="Length in seconds of the frames of OCS's aggregator.")


class FakeData(Agent[FakeDataOptions]):
    """Simulates a thermometer with several channels."""

    Options = FakeDataOptions
    aliases = ("FakeData",)

    def __init__(self, context: AgentContext[FakeDataOptions]) -> None:
        super().__init__(context)
        options = self.options
        self.job = DeviceLock("job")
        self.channels = [f"channel_{index:02d}" for index in range(options.num_channels)]
        self._rate_hz = max(_LOWEST_RATE_HZ, options.sample_rate)
        self._tags = {
            channel: {"channel": index, "_field": "temperature"}
            for index, channel in enumerate(self.channels)
        }
        fields = {
            channel: FeedField(float, "K", f"Simulated temperature of channel {index}")
            for index, channel in enumerate(self.channels)
        }
        self.temperatures = self.add_feed(
            Feed(
                "false_temperatures",
                record=True,
                blocks={"temps": fields},
                buffer_time_seconds=1.0,
                agg_params={"frame_length": options.frame_length},
            )
        )
        self.add_feed(Feed("load", record=True))
        self.add_feed(Feed("load_packed", record=True, encoding="packed"))
        if options.mode == "acq":
            self.start_when_joined("acq")
            self.start_when_joined("count")

    @process(lock="job")
    def acq(
        self,
        run: Run,
        test_mode: bool = False,
        degradation_period: Annotated[float | None, Unit("s")] = None,
    ) -> str:
        """acq(test_mode=False, degradation_period=None)

        **Process** - Acquire samples of all channels and publish them once a second.

        Sample k of a run is taken at start + k / sample_rate, exactly. `session['data']` has the latest:
        `{"fields": {"channel_00": 0.1025, ...}, "timestamp": 1600448753.9}`.

        Args:
            test_mode (bool): Publish once and end.
            degradation_period (float): Become degraded, and recover, each after this many seconds.

        """
        sampler = _Sampler(self.channels, self.context.clock.time(), self._rate_hz)
        next_flip = 0.0 if degradation_period is not None else math.inf
        is_degraded = False
        for tick in run.every(_REPORT_PERIOD_SECONDS):
            if degradation_period is not None and self.context.clock.monotonic() >= next_flip:
                next_flip = self.context.clock.monotonic() + degradation_period
                is_degraded = not is_degraded
                run.degraded("as degradation_period asked for") if is_degraded else run.recovered()
            self._publish(run, sampler, tick * _REPORT_PERIOD_SECONDS)
            if test_mode and tick:
                break
        self._publish(run, sampler, self.context.clock.time() - sampler.origin)
        self.temperatures.flush()
        return "Acquisition exited cleanly."

    @process()
    async def count(self, run: Run, **_anything: Any) -> str:  # noqa: D102 - OCS's has no docstring either
        async for seconds in run.every(1.0):
            run.data = {"counter": seconds, "last_update": self.context.clock.time()}
        return "Exited on request."

    @process()
    async def sampler(
        self,
        run: Run,
        fields: Annotated[int, Field(ge=1)] = 10,
        samples_per_block: Annotated[int, Field(ge=1)] = 10,
        blocks_per_second: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 100.0,
        encoding: Encoding = "lists",
        arrays: bool = False,
        blocks: Annotated[int, Field(ge=0)] = 0,
        coalesce: bool = True,
    ) -> str:
        """sampler(fields=10, samples_per_block=10, blocks_per_second=100., encoding="lists", ...)

        **Process** - Publish blocks on feed `load`, to find out what the site can bear.

        Sample n of field k of a run is n + k, taken at start + n / (samples_per_block * blocks_per_second):
        whoever gets the blocks can tell whether all came. `session['data']` is
        `{"feed": "observatory.data1.feeds.load", "origin": 1600448753.9, "published": 500, "samples": 50000,
        "sequence": 499, "behind": 0, "waiting_bytes": 0}`: the unix time of sample 0, blocks, samples of all
        fields, the number of the feed's last block, and how many blocks are due but not published.

        Args:
            fields (int): How many fields a block has.
            samples_per_block (int): How many samples of each.
            blocks_per_second (float): How many blocks; 0 is as many as are sent.
            encoding (str): `lists`, or `packed`, which only our own Aggregator reads, on feed `load_packed`.
            arrays (bool): Publish numpy arrays rather than lists.
            blocks (int): End after so many blocks; 0 is to go on until stopped.
            coalesce (bool): Let blocks of one moment share a publication. Without, each has its own, on feed
                `load_single` or `load_packed_single`, and is numbered as it is here.

        """
        publisher = self._load_feed(encoding, coalesce)
        plan = LoadPlan(fields, samples_per_block, blocks_per_second, arrays, blocks)
        load = LoadRun(plan, publisher, self.context.clock)
        while not run.cancelled:
            load.publish_due()
            run.data = load.report()
            if load.is_done:
                break
            await run.wait_async(load.seconds_to_wait())
        publisher.flush()
        run.data = load.report()
        return f"Published {run.data['published']} blocks."

    @task(abortable=False)
    def set_heartbeat(self, run: Run, heartbeat: bool = True) -> str:  # noqa: ARG002
        """set_heartbeat(heartbeat=True)

        **Task** - Let the agent's heart beat, or stop it.

        Args:
            heartbeat (bool): Whether to publish heartbeats.

        """
        self.heartbeat_enabled = heartbeat
        return f"Set heartbeat_on: {heartbeat}"

    @task(min_privs=2)
    async def delay_task(
        self, run: Run, delay: Annotated[float, Field(ge=0), Unit("s")] = 5.0, succeed: bool = True
    ) -> tuple[bool, str]:
        """delay_task(delay=5., succeed=True)

        **Task** (abortable) - Wait for a while, then succeed or fail as asked.

        `session['data']` is `{"requested_delay": 5.0, "delay_so_far": 1.2}`.

        Args:
            delay (float): How long to wait, in seconds.
            succeed (bool): Whether to end well.

        """
        # Where OCS's tests of access control look.
        if run.cred_level == 2 and delay == 3.33:
            raise OperationFailed("A delay of 3.33 seconds needs credential level 3 or more.")
        clock, run.data = self.context.clock, {"requested_delay": delay, "delay_so_far": 0.0}
        began = clock.monotonic()
        run.progress(target=delay, unit="s")
        while not run.cancelled and run.data["delay_so_far"] < delay:
            await run.wait_async(min(_DELAY_STEP_SECONDS, delay - run.data["delay_so_far"]))
            so_far = clock.monotonic() - began
            run.data["delay_so_far"] = so_far
            run.progress(fraction=min(1.0, so_far / delay), seconds_left=max(0.0, delay - so_far))
        verb = "Aborted" if run.cancelled else "Exited"
        text = f"{verb} after {run.data['delay_so_far']:.1f} seconds"
        return succeed and not run.cancelled, text

    def _load_feed(self, encoding: Encoding, coalesce: bool) -> Publisher:
        name = f"load{'_packed' * (encoding == 'packed')}{'_single' * (not coalesce)}"
        if name not in self.feeds:
            self.add_feed(Feed(name, record=True, encoding=encoding, coalesce=coalesce))
        return self.feeds[name]

    def _publish(self, run: Run, sampler: _Sampler, elapsed_seconds: float) -> None:
        timestamps, columns = sampler.take_until(elapsed_seconds)
        if not timestamps or not columns:
            return
        self.temperatures.publish_block("temps", columns, timestamps=timestamps, influxdb_tags=self._tags)
        run.data["fields"] = {channel: samples[-1] for channel, samples in columns.items()}
        run.data["timestamp"] = timestamps[-1]


class _Sampler:
    """A random walk for each channel, sampled on a grid that never drifts."""

    def __init__(self, channels: list[str], origin: float, rate_hz: float) -> None:
        self.origin = origin
        self._rate_hz = rate_hz
        self._taken = 0
        self._random = random.Random()  # noqa: S311 - fake data, not secrets
        self._levels = dict.fromkeys(channels, _FIRST_VALUE_K)

    def take_until(self, elapsed_seconds: float) -> tuple[list[float], dict[str, list[float]]]:
        """Return the times, and the samples of each channel, since the last call and before this moment."""
        due = int(elapsed_seconds * self._rate_hz)
        first = max(self._taken, due - math.ceil(_LONGEST_REPORT_SECONDS * self._rate_hz))
        self._taken = max(self._taken, due)
        numbers = range(first, due)
        draw = self._random.uniform
        columns = {}
        for channel in self._levels:
            self._levels[channel] += draw(-_WALK_K, _WALK_K)
            level = self._levels[channel]
            columns[channel] = [level + draw(-_NOISE_K, _NOISE_K) for _ in numbers]
        return [self.origin + number / self._rate_hz for number in numbers], columns
