"""One recording: the recorder, the collector beside it, and what is shown of both."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from ocs_sim.archive import Recorder
from ocs_sim.clock import Clock
from ocs_sim.collect._collector import Caller, Collector
from ocs_sim.collect._planner import DEFAULT_BYTES_PER_SECOND
from ocs_sim.collect._readings import Readings
from ocs_sim.collect._table import FeedTable, round_figure

_LAST_CHANCE_SECONDS = 1.0
_POLL_SECONDS = 0.02


class Recording:
    """Archives what comes and collects what did not, from `begin` to `end`; for the loop's thread."""

    def __init__(
        self,
        recorder: Recorder,
        link: Caller,
        clock: Clock,
        log: logging.Logger | logging.LoggerAdapter[Any],
        bytes_per_second: float = DEFAULT_BYTES_PER_SECOND,
    ) -> None:
        self.recorder = recorder
        self._collector = Collector(recorder, link, clock, log, bytes_per_second=bytes_per_second)
        self._table = FeedTable(clock)
        self._collecting: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to archive and to collect; what was offered before is archived first."""
        self.recorder.start()
        self._collecting = asyncio.ensure_future(self._collector.run())

    async def last_chance(self) -> None:
        """Wait for what is missing and can be had within a second."""
        await self._collector.finish(_LAST_CHANCE_SECONDS)

    async def end(self) -> None:
        """Stop collecting, archive what is queued, and seal everything."""
        if self._collecting is not None:
            self._collecting.cancel()
            await asyncio.gather(self._collecting, return_exceptions=True)
        self.recorder.begin_to_close()
        while not self.recorder.is_closed:
            await asyncio.sleep(_POLL_SECONDS)

    def readings(self) -> Readings:
        """Return all that is counted; from any thread."""
        return self._readings(self.recorder.session_data())

    def session_data(self) -> dict[str, Any]:
        """Return what the process shows: what its recorder has, and the feeds, the replay and the queue."""
        data = self.recorder.session_data()
        readings = self._readings(data)
        return {
            **data,
            "feeds": self._table.rows(readings),
            "replay": {
                "pending_blocks": readings.pending_blocks,
                "in_flight": readings.in_flight,
                "bytes_per_second": round_figure(self._collector.bytes_per_second()),
            },
            "queue": {
                "bytes": readings.queued_bytes,
                "fill": round_figure(readings.queue_fill),
                "pending_bytes": readings.pending_bytes,
                "dropped_blocks": readings.dropped_blocks,
            },
        }

    def _readings(self, data: Mapping[str, Any]) -> Readings:
        recorder, collector, counters = self.recorder, self._collector, data["counters"]
        return Readings(
            feeds=recorder.feeds(),
            is_recording=not recorder.is_closed,
            trouble=recorder.trouble,
            queued_bytes=counters["queued_bytes"],
            queue_fill=recorder.queue_fill,
            pending_bytes=counters["pending_bytes"],
            journal_bytes=counters.get("written_bytes", 0),
            sealed_files=counters["sealed_files"],
            unsealed_files=len(data["unsealed"]),
            dropped_blocks=recorder.dropped_blocks,
            rejected_blocks=counters.get("rejected", 0),
            pending_blocks=collector.pending_blocks,
            in_flight=collector.in_flight,
            collected_bytes=collector.collected_bytes,
        )
