"""Takes publications as fast as they come and archives them in a thread of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Set
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocs_sim.archive._counters import FeedCounters
from ocs_sim.archive._encoder import described
from ocs_sim.archive._faults import explain
from ocs_sim.archive._intake import Intake, Offered, blocks_in
from ocs_sim.archive._ledger import Ledger
from ocs_sim.archive._promises import Notices, Promises
from ocs_sim.archive._reception import Reception
from ocs_sim.archive._told import Missing, Told
from ocs_sim.archive._writer import ArchiveWriter
from ocs_sim.clock import Clock
from ocs_sim.wire import BadFeedMessage

_MEGABYTE = 2**20
# So much is written at once; more only when the disk did not take it.
_BATCH_BYTES = 8 * _MEGABYTE
_SLOW_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RecorderLimits:
    """How much may wait, in memory, while the disk does not take it; and how often samples become durable.

    `queued` is what was offered and not looked at yet, `pending` what is ready to be written.
    """

    queued_bytes: int = 64 * _MEGABYTE
    queued_publications: int = 200_000
    pending_bytes: int = 64 * _MEGABYTE
    sync_seconds: float = 0.1


class Recorder:
    """Between the bus and the writer: `offer` only enqueues, a thread does everything else.

    `trouble` says what keeps it from its work; it goes on by itself when that is over. What does not fit
    into its bounds is left out: blocks that are numbered are found `missing` later, and can be replayed.
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
        self._intake = Intake(self._limits.queued_bytes, self._limits.queued_publications)
        self._writer: ArchiveWriter | None = None
        self._notices = Notices()
        self._promises = Promises()
        self._disk_trouble: str | None = None
        self._failures = 0
        self._sync_began: float | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.ledger = Ledger()
        self.counters: Counter[str] = Counter()
        self.unsealed: list[Path] = []
        self._reception = Reception(self.ledger, self.counters, self._notices.tell)

    def start(self) -> None:
        """Begin to archive; what was offered before is archived first."""
        self._thread.start()

    def offer(self, publication: Any, *, replayed: bool = False) -> None:
        """Take what a subscriber got: the one argument, as msgpack bytes or unpacked.

        Cheap, never blocks, never raises. For one thread, that of the loop.
        """
        if not self._intake.offer(publication, self._clock.time(), replayed):
            self.counters["dropped_publications"] += 1
            self.counters["dropped_blocks"] += blocks_in(publication)

    def describe(self, feed_address: str, boot_id: str, blocks: Mapping[str, Any]) -> None:
        """Take units and descriptions as `get_feeds` has them; malformed ones are ignored."""
        try:
            known = described(blocks)
        except (TypeError, AttributeError):
            return
        self._intake.add(lambda: self._require().describe(feed_address, boot_id, known))

    def note_gap(self, feed_address: str, boot_id: str, first: int, last: int, reason: str) -> None:
        """Record that blocks are gone for good, those of them that are not recorded. For any thread."""
        self._intake.add(lambda: self._reception.give_up(feed_address, boot_id, first, last, reason))

    def settled(self) -> Future[None]:
        """Return what is done when all that was offered so far is archived and durable, or was dropped.

        Cancelled when the recorder ends before that. For any thread.
        """
        promise = self._promises.give()
        self._intake.add(lambda: self._promises.come_due(promise))
        return promise

    def told(self) -> dict[str, Told]:
        """Return the latest heartbeats of agents that count their blocks, by agent address.

        All that was sent before such a heartbeat, and came, is in the ledger.
        """
        return self._reception.told.copy()

    def missing(self) -> list[Missing]:
        """Return what agents have sent in their present boots and the archive does not have.

        Nothing while it could not take what would be replayed: when it is in trouble, or its queue is more
        than half full.
        """
        if self.is_busy:
            return []
        return [
            Missing(agent_address, feed_address, feed, heard.boot_id, first, last)
            for agent_address, heard in self.told().items()
            for feed, upto in heard.feeds.items()
            if ((feed_address := f"{agent_address}.feeds.{feed}"), heard.boot_id) not in self.excluded
            for first, last in self.ledger.holes(feed_address, heard.boot_id, upto)
        ]

    def feeds(self) -> dict[str, FeedCounters]:
        """Return what was counted of each feed, by its address; the counters go on counting."""
        return self._reception.feeds.copy()

    @property
    def excluded(self) -> Set[tuple[str, str]]:
        """What does not want to be recorded, as far as it was heard: (feed address, boot id)."""
        return self._reception.excluded

    @property
    def queue_fill(self) -> float:
        """How full the queue is, from 0 to 1."""
        return self._intake.fill

    @property
    def dropped_blocks(self) -> int:
        """How many blocks found no room; those that are numbered are among the missing until replayed."""
        return self.counters["dropped_blocks"]

    @property
    def is_busy(self) -> bool:
        """Whether it is in no state to take what is replayed."""
        return self._writer is None or self._keeps_from_recording() is not None or self.queue_fill > 0.5

    @property
    def trouble(self) -> str | None:
        """What keeps samples from being recorded or sealed, for an operator to read."""
        return self._keeps_from_recording() or (self._writer.seal_trouble if self._writer else None)

    def session_data(self) -> dict[str, Any]:
        """Return what the process `record` shows: OCS's keys, and what was counted."""
        writer = self._writer
        current = writer.current_file if writer else None
        counters = dict(self.counters)
        counters["queued_bytes"] = self._intake.queued_bytes
        counters["queued_publications"] = len(self._intake)
        counters["pending_bytes"] = writer.pending_bytes if writer else 0
        counters["sealed_files"] = writer.sealed_files if writer else 0
        return {
            "current_file": str(current) if current else None,
            "providers": self._reception.providers.encode(self._clock.time()),
            "counters": counters,
            "unsealed": [path.name for path in (writer.unsealed if writer else self.unsealed)],
        }

    def take_notices(self) -> list[str]:
        """Return what is new to say, each sentence once."""
        return self._notices.take()

    def take_newcomers(self) -> list[str]:
        """Return the addresses of agents that are new, to ask them for units."""
        return self._reception.providers.take_newcomers()

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

    def _keeps_from_recording(self) -> str | None:
        trouble = self._disk_trouble or self._slowness()
        if self._intake.is_full:
            why = trouble or "they come faster than they can be recorded"
            return f"{self.dropped_blocks} blocks were left out, to be asked for again: {why}"
        return trouble

    def _slowness(self) -> str | None:
        began = self._sync_began
        seconds = self._clock.monotonic() - began if began is not None else 0.0
        if seconds < _SLOW_SECONDS:
            return None
        waiting = self._intake.queued_bytes / _MEGABYTE
        return f"The disk has not finished a write for {seconds:.0f} s; {waiting:.1f} MB wait in memory"

    def _run(self) -> None:
        try:
            while not self._closing.wait(self._pause()):
                self._turn()
            self._turn()
            self._end()
        finally:
            self._promises.end()

    def _pause(self) -> float:
        # A disk that fails is tried less and less often, for each time all that is pending is written again.
        doubled = self._limits.sync_seconds * float(2 ** min(self._failures, 10))
        return min(doubled, max(_LONGEST_PAUSE_SECONDS, self._limits.sync_seconds))

    def _end(self) -> None:
        if self._writer is None:
            self._notices.tell(
                f"{len(self._intake)} publications could not be recorded: {self._disk_trouble}."
            )
            return
        try:
            self.unsealed = self._writer.close()
        except OSError as error:
            self._notices.tell(f"The last {self._writer.pending_bytes} bytes could not be written: {error}.")
        if self.unsealed:
            why = self._writer.seal_trouble
            self._notices.tell(f"{len(self.unsealed)} journals are left for the next start to seal: {why}")

    def _turn(self) -> None:
        try:
            if self._writer is None:
                self._open()
            more = True
            while more:
                more = self._drain()
                self._sync()
        except Exception as error:  # whatever it is, nobody would notice that the thread has ended
            self._note_failure(error)
        else:
            self._disk_trouble, self._failures = None, 0

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        writer = self._writer
        trouble = explain(error, writer.directory if writer else None)
        self._notices.tell(f"Cannot record for now. {trouble}")
        waiting = self._intake.queued_bytes + (writer.pending_bytes if writer else 0)
        self._disk_trouble = f"{trouble.rstrip('.')}; {waiting / _MEGABYTE:.1f} MB wait in memory"

    def _open(self) -> None:
        writer = self._open_writer()
        writer.ledger = self.ledger
        try:
            left, fault = writer.recover()
        except BaseException:
            writer.close()
            raise
        self._writer = self._reception.writer = writer
        if left:
            found = "one file that was" if len(left) == 1 else f"{len(left)} files that were"
            self._notices.tell(f"Found {found} not sealed; sealing now.")
        if fault:
            self._notices.tell(fault)

    def _require(self) -> ArchiveWriter:
        if self._writer is None:
            raise OSError("the archive is not open")
        return self._writer

    def _drain(self) -> bool:
        """Take what is queued; tell whether more is left because so much has to be written first."""
        writer = self._require()
        most = self._limits.pending_bytes if self._failures else min(_BATCH_BYTES, self._limits.pending_bytes)
        while writer.pending_bytes < most:
            item = self._intake.take()
            if item is None:
                return False
            try:
                if isinstance(item, Offered):
                    self._reception.take(item)
                else:
                    item()
            except BadFeedMessage as fault:
                self.counters["malformed"] += 1
                self._notices.tell(str(fault))
            except Exception as error:  # one publication that nobody foresaw must not end the recording
                self.counters["rejected"] += 1
                self._notices.tell(f"A publication could not be archived: {type(error).__name__}: {error}.")
            finally:
                if isinstance(item, Offered):
                    self._intake.done(item)
        return True

    def _sync(self) -> None:
        self._sync_began = self._clock.monotonic()
        try:
            self.counters["written_bytes"] += self._require().sync()
        finally:
            self._sync_began = None
        now = self._clock.time()
        unsynced = self._reception.unsynced
        for counters, sent in unsynced:
            counters.latency.observe(now - sent)
        unsynced.clear()
        self._promises.keep()
