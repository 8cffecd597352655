"""The archiver through all its lives: the real recorder, writer and collector, in steps."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from contextlib import suppress

from ocs_sim.archive import ArchiveWriter, Recorder, RecorderLimits, SealFailed, seal
from ocs_sim.archive._sealed_ledger import newest_ledger
from ocs_sim.archive._sealer import Sealer
from ocs_sim.collect import Collector
from ocs_sim.collect._answers import sequences
from ocs_sim.wire import unpack_publication
from tests.model.disk import Disk, Killed
from tests.model.publisher import LOG
from tests.model.router import Link

TURN_SECONDS = 0.1


class SteppedSealer(Sealer):
    """Seals when told to, in this thread."""

    def add(self, journal):
        self._waiting.append(journal)

    def step(self):
        """Seal what waits longest."""
        if self._waiting:
            journal = self._waiting.popleft()
            trouble = self._attempt(journal)
            if trouble is None:
                self._troubles.pop(journal, None)
                self.sealed += 1
            else:
                self._waiting.append(journal)
                self._troubles[journal] = trouble

    def close(self):
        for _ in range(len(self._waiting)):
            self.step()
        return list(self._waiting)


class Archiver:
    """`recorder` is None while it is away. `durable` is what its disk has been given for good.

    `began` is the latest moment at which the archive can have believed to have begun, in unix seconds.
    """

    def __init__(self, world, directory, limits=None, bytes_per_file=10**6):
        self.world = world
        self.directory = directory
        self.disk = Disk()
        self.is_stalled = False
        self.durable = defaultdict(set)
        self.claimed = {}
        self.began = 0.0
        self.recorder = None
        self._limits = limits or RecorderLimits()
        self._bytes_per_file = bytes_per_file
        self.start()

    def start(self):
        """Begin a life."""
        world = self.world
        self.recorder = Recorder(self._open_writer, world.clock, self._limits)
        link = self.link = world.router.archiver = Link(world.router)
        world.router.hear = self.recorder.offer
        self.collector = Collector(self.recorder, link, world.clock, LOG)
        self._listen_in()
        self.is_stalled = False
        self._tasks = [
            world.loop.create_task(self.collector.run()),
            world.loop.create_task(self._turn_for_ever()),
        ]
        link.start()
        world.loop.settle()

    @property
    def writer(self):
        return self.recorder._writer if self.recorder is not None else None

    def turn(self):
        """Do what the recorder's thread does every tenth of a second."""
        try:
            self.recorder._turn()
        except Killed:
            self.kill()
            return
        self._note_durable(self.recorder)

    def rotate(self):
        """Begin a new file."""
        with suppress(OSError):
            self.writer.rotate()

    def seal(self):
        """Seal the journal that waits longest."""
        self.writer._sealer.step()

    def seal_and_die(self):
        """Die between the rename of the sealed file and the removal of its journal."""
        journal = self.writer._sealer.waiting[0]
        content = journal.read_bytes()
        self.seal()
        if not journal.exists():
            journal.write_bytes(content)
        self.kill()

    def kill(self, carried=0, tail=b""):
        """End as on SIGKILL, with a torn `tail` at the end of the journal."""
        writer = self.writer
        self._leave(carried)
        if writer is not None:
            if writer._journal is not None:
                end = os.lseek(writer._journal._descriptor, 0, os.SEEK_END)
                os.pwrite(writer._journal._descriptor, tail, end)
                writer._journal.close()
            writer._lock.release()
        self.disk.doom = None

    def stop(self):
        """End as on SIGTERM."""
        recorder = self.recorder
        self.world.loop.do(self.collector.finish(1.0))
        if self.recorder is None:
            return
        self._leave(10**9)
        self.disk.doom = None
        recorder.begin_to_close()
        recorder._run()
        self._note_durable(recorder)

    def has(self, publication):
        """Tell whether all blocks of a publication were archived."""
        info = unpack_publication(publication)[1]
        feed_address, boot_id = info["address"], info["boot_id"]
        return all(self.recorder.ledger.has(feed_address, boot_id, each) for each in sequences(publication))

    def pending(self):
        """Return why it is not at rest, or None."""
        planner, recorder = self.collector._planner, self.recorder
        if recorder.is_busy:
            return recorder.trouble or "busy"
        if planner.is_hopeful or planner.pending_blocks:
            return f"{planner.pending_blocks} blocks are pending"
        return f"{recorder.missing()} are missing" if recorder.missing() else None

    def open_writer(self, **options):
        """Return a writer of the archive as a new process makes it."""
        return ArchiveWriter(
            self.directory,
            clock=self.world.clock,
            bytes_per_file=self._bytes_per_file,
            seal=self._seal,
            read_sealed=newest_ledger,
            **options,
        )

    def _open_writer(self):
        writer = self.open_writer()
        writer._sealer = SteppedSealer(self._seal)
        return writer

    def _seal(self, journal):
        if self.disk.errno:
            raise SealFailed(journal=journal, fault="the disk is full")
        seal(journal, self.world.clock)

    async def _turn_for_ever(self):
        while True:
            await asyncio.sleep(TURN_SECONDS)
            if not self.is_stalled:
                self.turn()

    def _leave(self, carried):
        router = self.world.router
        router.lose_archiver(carried)
        router.links.remove(self.link)
        router.archiver = self.recorder = None
        for task in self._tasks:
            task.cancel()
        self.claimed = {}

    def _note_durable(self, recorder):
        if recorder._writer is None or recorder._writer.pending_bytes:
            return
        ledger = recorder.ledger.encode()
        # A clock that was set back makes the archive older than what it gave up as older than itself.
        self.began = max(ledger["since"], self.began)
        for feed_address, boots in ledger["feeds"].items():
            for boot_id, _, recorded, _ in boots:
                known = self.durable[feed_address, boot_id]
                for first, last in zip(recorded[::2], recorded[1::2], strict=True):
                    known.update(range(first, last + 1))

    def _listen_in(self):
        planner = self.collector._planner
        hear = planner.hear

        def overheard(told):
            for address, heard in told.items():
                for feed, upto in heard.feeds.items():
                    key = f"{address}.feeds.{feed}", heard.boot_id
                    self.claimed[key] = max(upto, self.claimed.get(key, 0))
            hear(told)

        planner.hear = overheard
