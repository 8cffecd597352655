"""The Aggregator: archives every recorded feed of every agent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from ocs_sim.agents._alarm import Alarm
from ocs_sim.agents._choice import Choice
from ocs_sim.agents._retention import Retention, policy_of

from ocs_sim.agent import Agent, AgentContext, Feed, Run, option, process
from ocs_sim.agent import Options as AgentOptions
from ocs_sim.archive import ArchiveWriter, Recorder, RecorderLimits
from ocs_sim.bus import BusError
from ocs_sim.collect import MetricsEndpoint, Recording

_PERIOD_SECONDS = 1.0
_ASK_SECONDS = 5.0
_MEET_SECONDS = 0.1
_MEGABYTE = 2**20


class AggregatorOptions(AgentOptions):
    """What a site file may say of the Aggregator."""

    data_dir: Path = option(help="Where the files go, in folders of the first five digits of unix time.")
    initial_state: Literal["idle", "record"] = option(
        "idle", help="`record` starts recording when the agent has joined."
    )
    time_per_file: float = option(3600, gt=0, help="Seconds after which a new file is begun.")
    bytes_per_file: int = option(256 * 2**20, ge=4096, help="Bytes after which a new file is begun.")
    replay_rate: float = option(
        32.0, gt=0, help="Megabytes a second at most that agents are asked to repeat."
    )
    queue_mb: float = option(
        64.0, gt=0, help="Megabytes of memory for what has come and is not looked at yet."
    )
    pending_mb: float = option(64.0, gt=0, help="Megabytes of memory for what the disk has not taken yet.")
    keep_days: float | None = option(
        None, gt=0, help="Days after which sealed files are deleted; not given, they are kept."
    )
    keep_gigabytes: float | None = option(
        None, gt=0, help="Gigabytes that the archive may have before its oldest sealed files are deleted."
    )
    agents: list[str] = option(
        [],
        help="Whom to record: instance ids of the site file, in which `*` stands for anything; or, "
        "with a `!` before each, all but these. Without it: everybody.",
    )
    metrics_port: int = option(0, ge=0, le=65535, help="Port of /metrics, for Prometheus; 0 for none.")
    metrics_interface: str = option("127.0.0.1", help="Address at which the metrics can be fetched.")


@dataclass(frozen=True)
class Watch:
    """What is done about a recording every second: it is shown, served, pruned, and its trouble told."""

    recording: Recording
    metrics: MetricsEndpoint
    retention: Retention
    alarm: Alarm

    def report(self, run: Run) -> None:
        """Show how the recording stands."""
        recorder = self.recording.recorder
        news = self.metrics.keep_up()
        data = {**self.recording.session_data(), "metrics": self.metrics.session_data()}
        run.data = data
        self.retention.look(data["counters"]["sealed_files"])
        for text in [*([news] if news else []), *recorder.take_notices(), *self.retention.take_news()]:
            run.message(text)
        self.alarm.tell(run, recorder.trouble)

    def close(self) -> None:
        """Serve no longer."""
        self.metrics.close()


class Aggregator(Agent[AggregatorOptions]):
    """Records what agents publish: in a journal within a tenth of a second, then in sealed HDF5 files."""

    Options = AggregatorOptions
    aliases = ("Aggregator",)
    # Sealing the last file may take longer than others need to stop; nothing is lost if it is cut short.
    shutdown_seconds: ClassVar[float] = 10.0
    alarm = Feed("alarm")

    def __init__(self, context: AgentContext[AggregatorOptions]) -> None:
        super().__init__(context)
        self._recording: Recording | None = None
        self._choice = Choice(self.options.agents)
        if self.options.initial_state == "record":
            self.start_when_joined("record")

    async def on_start(self) -> None:
        """Listen from the first join on, and keep what comes before `record` has begun."""
        if self.options.initial_state == "record":
            self._recording = self._new_recording()
        await self._choice.subscribe(self.context, self._hear)

    @process()
    async def record(self, run: Run, test_mode: bool = False) -> str:
        """record(test_mode=False)

        **Process** - Archive what is published on recorded feeds until stopped.

        What is found missing is asked for again from the agents that have it, and what nobody has any more
        is noted in the archive. `session['data']` is as that of OCS, with more added:
        `{"current_file": "/data/hk/16020/1602089117.h5", "providers":
        {"observatory.data1.feeds.false_temperatures": {"last_refresh": 1602089118.8, "sessid":
        "1602088928.8", "stale": False, "last_block_received": "temps", ...}}, "counters": {...},
        "feeds": {"observatory.data1.feeds.false_temperatures": {"published": 61, "received": 60,
        "replayed": 1, "duplicate": 0, "lost": 0, "dropped": 0, "samples": 1140, "bytes": 21408,
        "waiting": 0, "latency_p50_ms": 88.3, "latency_p99_ms": 133.0, "blocks_per_second": 1.0}},
        "replay": {"pending_blocks": 0, "in_flight": 0, "bytes_per_second": 0}, "queue": {"bytes": 0,
        "fill": 0, "pending_bytes": 0, "dropped_blocks": 0}, "metrics": {"url":
        "http://127.0.0.1:8011/metrics", "trouble": None}}`.

        Args:
            test_mode (bool): Archive for a second and end.

        """
        recording = self._recording = self._recording or self._new_recording()
        watch = self._watch_over(recording)
        recording.begin()
        meeting = asyncio.ensure_future(self._meet_newcomers(recording.recorder))
        try:
            async for tick in run.every(_PERIOD_SECONDS):
                watch.report(run)
                if test_mode and tick:
                    break
            await recording.last_chance()
        finally:
            self._recording = None
            meeting.cancel()
            await recording.end()
            watch.report(run)
            watch.close()
        return "Aggregation has ended"

    def _watch_over(self, recording: Recording) -> Watch:
        options, clock = self.options, self.context.clock
        policy = policy_of(options.keep_days, options.keep_gigabytes)
        return Watch(
            recording,
            MetricsEndpoint(recording.readings, options.metrics_interface, options.metrics_port, clock),
            Retention(options.data_dir, policy, clock),
            Alarm("recording", self.feeds["alarm"], clock, self.log),
        )

    def _new_recording(self) -> Recording:
        options, context = self.options, self.context
        identity = context.site.identity

        def open_writer() -> ArchiveWriter:
            return ArchiveWriter(
                options.data_dir,
                clock=context.clock,
                seconds_per_file=options.time_per_file,
                bytes_per_file=options.bytes_per_file,
                site=identity.code if identity else "",
            )

        limits = RecorderLimits(
            queued_bytes=int(options.queue_mb * _MEGABYTE), pending_bytes=int(options.pending_mb * _MEGABYTE)
        )
        recorder = Recorder(open_writer, context.clock, limits, name=f"{context.instance_id}:recorder")
        return Recording(recorder, context.link, context.clock, self.log, options.replay_rate * 1e6)

    def _hear(self, publication: bytes) -> None:
        # Only puts it aside: a router queues without bound for a subscriber that dawdles.
        if self._recording is not None:
            self._recording.recorder.offer(publication)

    async def _meet_newcomers(self, recorder: Recorder) -> None:
        """Ask each new agent for its units, soon: it may not stay for long."""
        async with asyncio.TaskGroup() as asking:
            while True:
                for address in recorder.take_newcomers():
                    asking.create_task(self._ask_for_units(recorder, address))
                await asyncio.sleep(_MEET_SECONDS)

    async def _ask_for_units(self, recorder: Recorder, address: str) -> None:
        try:
            feeds = await self.context.link.call(address, "get_feeds", timeout_seconds=_ASK_SECONDS)
            for _, about in feeds:
                if isinstance(about.get("blocks"), Mapping):
                    boot_id = str(about.get("boot_id") or about["session_id"])
                    recorder.describe(about["address"], boot_id, about["blocks"])
        except (BusError, TimeoutError, TypeError, ValueError, KeyError, AttributeError) as fault:
            # OCS's own agents know no units, and an agent may be gone by now: its samples are what counts.
            self.log.debug("%s does not tell units: %s", address, fault)
