"""The Aggregator: archives every recorded feed of every agent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from ocs_sim.agent import Agent, AgentContext, Run, option, process
from ocs_sim.agent import Options as AgentOptions
from ocs_sim.archive import ArchiveWriter, Recorder
from ocs_sim.bus import BusError
from ocs_sim.wire import every_feed

_PERIOD_SECONDS = 1.0
_ASK_SECONDS = 5.0
_POLL_SECONDS = 0.02
_MEET_SECONDS = 0.1


class AggregatorOptions(AgentOptions):
    """What a site file may say of the Aggregator."""

    data_dir: Path = option(help="Where the files go, in folders of the first five digits of unix time.")
    initial_state: Literal["idle", "record"] = option(
        "idle", help="`record` starts recording when the agent has joined."
    )
    time_per_file: float = option(3600, gt=0, help="Seconds after which a new file is begun.")
    bytes_per_file: int = option(256 * 2**20, ge=4096, help="Bytes after which a new file is begun.")


class Aggregator(Agent[AggregatorOptions]):
    """Records what agents publish: in a journal within a tenth of a second, then in sealed HDF5 files."""

    Options = AggregatorOptions
    aliases = ("Aggregator",)
    # Sealing the last file may take longer than others need to stop; nothing is lost if it is cut short.
    shutdown_seconds: ClassVar[float] = 10.0

    def __init__(self, context: AgentContext[AggregatorOptions]) -> None:
        super().__init__(context)
        self._recorder: Recorder | None = None
        if self.options.initial_state == "record":
            self.start_when_joined("record")

    async def on_start(self) -> None:
        """Listen to every feed from the first join on, and keep what comes before `record` has begun."""
        if self.options.initial_state == "record":
            self._recorder = self._new_recorder()
        await self.context.subscribe(every_feed(self.context.address_root), self._hear, "wildcard")

    @process()
    async def record(self, run: Run, test_mode: bool = False) -> str:
        """record(test_mode=False)

        **Process** - Archive what is published on recorded feeds until stopped.

        `session['data']` is as that of OCS, with counters added:
        `{"current_file": "/data/hk/16020/1602089117.h5", "providers":
        {"observatory.data1.feeds.false_temperatures": {"last_refresh": 1602089118.8, "sessid":
        "1602088928.8", "stale": False, "last_block_received": "temps", ...}}, "counters": {...}}`.

        Args:
            test_mode (bool): Archive for a second and end.

        """
        recorder = self._recorder = self._recorder or self._new_recorder()
        recorder.start()
        meeting = asyncio.ensure_future(self._meet_newcomers(recorder))
        try:
            async for tick in run.every(_PERIOD_SECONDS):
                self._report(run, recorder)
                if test_mode and tick:
                    break
        finally:
            self._recorder = None
            meeting.cancel()
            recorder.begin_to_close()
            while not recorder.is_closed:
                await asyncio.sleep(_POLL_SECONDS)
            self._report(run, recorder)
        return "Aggregation has ended"

    def _new_recorder(self) -> Recorder:
        options, clock = self.options, self.context.clock
        identity = self.context.site.identity

        def open_writer() -> ArchiveWriter:
            return ArchiveWriter(
                options.data_dir,
                clock=clock,
                seconds_per_file=options.time_per_file,
                bytes_per_file=options.bytes_per_file,
                site=identity.code if identity else "",
            )

        return Recorder(open_writer, clock, name=f"{self.context.instance_id}:recorder")

    def _hear(self, publication: Any) -> None:
        # Only puts it aside: a router queues without bound for a subscriber that dawdles.
        if self._recorder is not None:
            self._recorder.offer(publication)

    def _report(self, run: Run, recorder: Recorder) -> None:
        run.data = recorder.session_data()
        for text in recorder.take_notices():
            run.message(text)
        trouble = recorder.trouble
        if trouble is None:
            run.recovered()
        else:
            run.degraded(trouble)

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
