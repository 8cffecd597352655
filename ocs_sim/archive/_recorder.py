"""Takes publications as fast as they come and archives them in a thread of its own."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocs_sim.archive._encoder import described
from ocs_sim.archive._errors import ArchiveError, BadRecord
from ocs_sim.archive._providers import Providers
from ocs_sim.archive._repair import Names, decode, record_of
from ocs_sim.archive._writer import ArchiveWriter
from ocs_sim.clock import Clock
from ocs_sim.wire import BadFeedMessage

_MOST_NOTICES = 500


@dataclass(frozen=True, slots=True)
class RecorderLimits:
    """How much may wait, in memory, while the disk does not take it; and how often samples become durable."""

    queued_samples: int = 4_000_000
    pending_bytes: int = 64 * 2**20
    sync_seconds: float = 0.1


class Recorder:
    """Between the bus and the writer: `offer` only enqueues, a thread does everything else.

    `trouble` says what keeps it from its work; it goes on by itself when that is over. What does not fit
    into its bounds is counted as dropped.
    """

    def __init__(
        self,
        open_writer: Callable[[], ArchiveWriter],
        clock: Clock,
        limits: RecorderLimits | None = None,
        *,
        name: str = "recorder",
    ) -> None:
        self._open_writer = open_writer
        self._clock = clock
        self._limits = limits or RecorderLimits()
        self._queue: deque[tuple[Callable[[], None], int]] = deque()
        self._lock = threading.Lock()
        self._queued_samples = 0
        self._writer: ArchiveWriter | None = None
        self._names = Names()
        self._providers = Providers()
        self._notices: deque[str] = deque()
        self._told: set[str] = set()
        self._disk_trouble: str | None = None
        self._is_dropping = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.counters: Counter[str] = Counter()
        self.unsealed: list[Path] = []

    def start(self) -> None:
        """Begin to archive; what was offered before is archived first."""
        self._thread.start()

    def offer(self, publication: Any) -> None:
        """Take what a subscriber got; cheap, never blocks, never raises. For the loop's thread."""
        try:
            message, feed = publication
            if not feed["record"] or (feed.get("agg_params") or {}).get("exclude_aggregator"):
                return
            weight = _weight(message)
        except (TypeError, ValueError, KeyError, AttributeError) as fault:
            self.counters["malformed"] += 1
            self._tell(f"Ignored what is not a feed message: {type(fault).__name__}: {fault}.")
            return
        received = self._clock.time()
        if self._queued_samples + weight > self._limits.queued_samples and self._queued_samples:
            self._is_dropping = True
            self.counters["dropped_blocks"] += len(message)
            self.counters["dropped_samples"] += weight
            return
        self._enqueue(lambda: self._archive(publication, received), weight)

    def describe(self, feed_address: str, boot_id: str, blocks: Mapping[str, Any]) -> None:
        """Take units and descriptions as `get_feeds` has them; malformed ones are ignored."""
        try:
            known = described(blocks)
        except (TypeError, AttributeError):
            return
        self._enqueue(lambda: self._require().describe(feed_address, boot_id, known), 0)

    @property
    def trouble(self) -> str | None:
        """What keeps samples from being recorded or sealed."""
        if self._is_dropping:
            why = self._disk_trouble or "they come faster than the disk takes them"
            return f"{self.counters['dropped_blocks']} blocks dropped: {why}"
        return self._disk_trouble or (self._writer.seal_trouble if self._writer else None)

    def session_data(self) -> dict[str, Any]:
        """Return what the process `record` shows: OCS's keys, and what was counted."""
        writer = self._writer
        current = writer.current_file if writer else None
        counters = dict(self.counters)
        counters["queued_samples"] = self._queued_samples
        counters["pending_bytes"] = writer.pending_bytes if writer else 0
        return {
            "current_file": str(current) if current else None,
            "providers": self._providers.encode(self._clock.time()),
            "counters": counters,
            "unsealed": [path.name for path in (writer.unsealed if writer else self.unsealed)],
        }

    def take_notices(self) -> list[str]:
        """Return what is new to say, each sentence once."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def take_newcomers(self) -> list[str]:
        """Return the addresses of agents that are new, to ask them for units."""
        return self._providers.take_newcomers()

    def begin_to_close(self) -> None:
        """Have what is queued archived and everything sealed; `is_closed` tells when that is done."""
        self._closing.set()

    @property
    def is_closed(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def close(self) -> list[Path]:
        """Archive what is queued, seal everything, and return the journals left unsealed."""
        self.begin_to_close()
        if self._thread.is_alive():
            self._thread.join()
        return self.unsealed

    def _enqueue(self, work: Callable[[], None], weight: int) -> None:
        with self._lock:
            self._queued_samples += weight
        self._queue.append((work, weight))

    def _run(self) -> None:
        while not self._closing.wait(self._limits.sync_seconds):
            self._turn()
        self._turn()
        if self._writer is None:
            self._tell(f"{len(self._queue)} publications could not be recorded: {self._disk_trouble}.")
            return
        try:
            self.unsealed = self._writer.close()
        except OSError as error:
            self._tell(f"The last {self._writer.pending_bytes} bytes could not be written: {error}.")
        if self.unsealed:
            why = self._writer.seal_trouble
            self._tell(f"{len(self.unsealed)} journals are left for the next start to seal: {why}")

    def _turn(self) -> None:
        try:
            if self._writer is None:
                self._open()
            self._drain()
            self.counters["written_bytes"] += self._require().sync()
            # What did not fit before may fit now.
            self._drain()
        except (OSError, ArchiveError) as error:
            self._disk_trouble = str(error)
            self._tell(f"Cannot record for now: {error}")
            return
        self._disk_trouble = None
        if not self._queue:
            self._is_dropping = False

    def _open(self) -> None:
        self._writer = self._open_writer()
        left = self._writer.recover()
        if left:
            self._tell(f"Found {len(left)} files that were not sealed; sealing them.")

    def _require(self) -> ArchiveWriter:
        if self._writer is None:
            raise OSError("the archive is not open")
        return self._writer

    def _drain(self) -> None:
        writer = self._require()
        while self._queue and writer.pending_bytes < self._limits.pending_bytes:
            work, weight = self._queue.popleft()
            try:
                work()
            except Exception as error:  # one publication that nobody foresaw must not end the recording
                self.counters["rejected"] += 1
                self._tell(f"A publication could not be archived: {type(error).__name__}: {error}.")
            with self._lock:
                self._queued_samples -= weight

    def _archive(self, publication: Any, received: float) -> None:
        try:
            info, blocks = decode(publication, self._tell)
        except BadFeedMessage as fault:
            self.counters["rejected"] += 1
            self._tell(str(fault))
            return
        for block in blocks:
            columns, changed = self._names.repair(block.data)
            if changed:
                self.counters["repaired"] += 1
                self._tell(f"Recording fields of {info.address} under other names: {changed}.")
            try:
                self._require().append(record_of(info, block, columns, received))
            except BadRecord as fault:
                self.counters["rejected"] += 1
                self._tell(str(fault))
                continue
            samples = len(block.timestamps) * len(columns)
            self.counters["blocks"] += 1
            self.counters["samples"] += samples
            self._providers.note(info, block.name, samples, received)

    def _tell(self, text: str) -> None:
        if text not in self._told and len(self._told) < _MOST_NOTICES:
            self._told.add(text)
            self._notices.append(text)


def _weight(message: Mapping[str, Any]) -> int:
    weight = 1
    for block in message.values():
        try:
            weight += len(block["timestamps"]) * len(block["data"])
        except (TypeError, KeyError):
            continue
    return weight
