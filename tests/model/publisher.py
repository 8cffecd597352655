"""One agent through all its runs: the real agent, courier, log, spill and replay, and what they published."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ocs_sim.agent import Agent, AgentContext, AgentService, Courier, Feed, Options, Spill, spill_directory
from ocs_sim.agent._publication import OVERHEAD_BYTES
from ocs_sim.site import Host, Hub, Site
from ocs_sim.wire import decode_publication, split_feed_address, unpack_publication
from tests.model.router import Link

ROOT = "observatory"
FEEDS = ("gathered", "single", "slow", "packed")
_HUB = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "test_realm", ROOT)
LOG = logging.getLogger("ocs_sim.test.model")


class Instrument(Agent):
    gathered = Feed("gathered", record=True)
    single = Feed("single", record=True, coalesce=False)
    slow = Feed("slow", record=True, buffer_time_seconds=0.3)
    packed = Feed("packed", record=True, encoding="packed")


@dataclass(frozen=True)
class Keeping:
    """How much a publisher keeps; `is_roomy` when its files never have to make room."""

    history_bytes: int = 10**6
    spill_bytes: int = 0

    @property
    def is_roomy(self):
        return self.spill_bytes >= 10**6


@dataclass
class Run:
    """One run: the samples that were given to each block, and the blocks that were made of them."""

    boot_id: str
    given: dict = field(default_factory=lambda: defaultdict(list))
    published: dict = field(default_factory=lambda: defaultdict(dict))

    def check(self, *, is_over, was_killed):
        """Assert that all samples were published, in order, once, but what a kill found gathered."""
        made = defaultdict(list)
        for feed, blocks in self.published.items():
            assert list(blocks) == list(range(len(blocks))), f"numbers of {feed}: {list(blocks)}"
            for block in blocks.values():
                made[feed, block.name] += block.samples
        for key, samples in self.given.items():
            published = made.pop(key, [])
            assert published == samples[: len(published)], f"other samples of {key} than were given"
            may_lack = key[0] == "slow" and (was_killed or not is_over)
            assert may_lack or len(published) == len(samples), f"samples of {key} were not published"
        assert not made


@dataclass(frozen=True)
class Made:
    """A block: its name, and (time, {field: sample}) of each sample."""

    name: str
    samples: list


def samples_of(times, data):
    rows = ({name: values[at] for name, values in data.items()} for at in range(len(times)))
    return list(zip(map(float, times), rows, strict=True))


class Publisher:
    """`runs` are all its runs, by boot id; the last is the present one while `service` is there."""

    def __init__(self, world, name, keeping):
        self.world = world
        self.name = name
        self.keeping = keeping
        self.address = f"{ROOT}.{name}"
        self.runs = {}
        self.service = None
        self.boot()

    @property
    def run(self):
        return next(reversed(self.runs.values()))

    @property
    def spill_directory(self):
        return spill_directory(self.world.directory / "logs", self.name)

    def boot(self):
        """Begin a run."""
        world = self.world
        clock, loop = world.clock, world.loop
        clock.elapsed += 0.001
        while (boot_id := str(clock.time())) in self.runs:
            clock.elapsed += 0.001
        run = self.runs[boot_id] = Run(boot_id)
        self.kept = Kept(self.keeping.history_bytes)
        self.link = Link(world.router, lambda: self.service.joined())  # noqa: PLW0108 - there is none yet
        log = logging.LoggerAdapter(LOG, {})
        self.spill = None
        if self.keeping.spill_bytes:
            self.spill = Spill(self.spill_directory, boot_id, self.keeping.spill_bytes, clock, log)
        courier = self.courier = Tapped(
            self.link, loop, clock, self.keeping.history_bytes, self.spill, self._note
        )
        context = AgentContext(
            instance_id=self.name,
            address_root=ROOT,
            agent_class="Instrument",
            options=Options(),
            site=Site(Path("site.yaml"), _HUB, {}),
            host=Host("localhost", _HUB, world.directory / "logs"),
            clock=clock,
            log=log,
            boot_id=run.boot_id,
            link=self.link,
            delivery=courier,
            loop=loop,
        )
        self.agent = Instrument(context)
        self.service = AgentService(self.agent, courier)
        loop.do(self.service.start())
        loop.settle()

    def publish(self, feed, block, data, as_arrays=False):
        """Publish samples of a block: `data` maps fields to lists."""
        count = len(next(iter(data.values())))
        start = self.world.clock.time()
        times = [start + 0.001 * at for at in range(count)]
        self.run.given[feed, block] += samples_of(times, data)
        publisher = self.agent.feeds[feed]
        if count == 1:
            single = {name: values[0] for name, values in data.items()}
            publisher.publish({"block_name": block, "timestamp": times[0], "data": single})
        elif as_arrays:
            arrays = {name: np.array(values) for name, values in data.items()}
            publisher.publish_block(block, arrays, timestamps=np.array(times))
        else:
            publisher.publish_block(block, data, timestamps=times)

    def stop(self):
        """End as on SIGTERM."""
        run, service = self.run, self.service
        self.world.loop.do(service.stop())
        self.service = None
        run.check(is_over=True, was_killed=False)

    def kill(self, carried, torn=b""):
        """End as on SIGKILL, perhaps in the middle of writing `torn` to the file."""
        self.run.check(is_over=True, was_killed=True)
        self.world.router.lose(self.link, carried)
        self.world.router.links.remove(self.link)
        self.link.started = False
        self.service._heartbeats.cancel()
        for timer in self.courier._timers:
            timer.cancel()
        self.world.loop.settle()
        if self.spill is not None:
            self._leave_files(torn)
        self.service = None

    def held(self):
        """Return which blocks it still has, by boot and feed, once all were sent: these can be had of it."""
        held = defaultdict(set)
        if self.service is None:
            return held
        for feed, numbers in self.kept.numbers().items():
            following = max(self.run.published[feed]) + 1
            assert self.courier.log.bounds(f"{self.address}.feeds.{feed}") == (min(numbers), following)
            held[self.run.boot_id, feed] |= numbers
        if self.keeping.is_roomy:
            for run in self.runs.values():
                for feed, blocks in run.published.items():
                    held[run.boot_id, feed] |= set(blocks)
        elif self.spill is not None:
            for key, numbers in self._in_files().items():
                held[key] |= numbers
        return held

    def _note(self, publication):
        feed = split_feed_address(publication.topic)[1]
        blocks = self.run.published[feed]
        decoded = decode_publication(unpack_publication(publication.packed), publication.topic)
        for block in decoded.blocks:
            data = {name: list(values) for name, values in block.data.items()}
            assert block.sequence not in blocks
            blocks[block.sequence] = Made(block.name, samples_of(block.timestamps, data))
        self.kept.put(feed, publication)

    def _leave_files(self, torn):
        if self.spill._file is not None and torn:
            os.write(self.spill._file, torn)
        for descriptor in (self.spill._file, self.spill._holding):
            if descriptor is not None:
                with suppress(OSError):
                    os.close(descriptor)
        self.spill._file = self.spill._holding = None

    def _in_files(self):
        async def no_pause():
            await asyncio.sleep(0)

        async def read():
            found = defaultdict(set)
            for boot_id in [*self.spill.earlier(), self.run.boot_id]:
                boot = await self.spill.boot(boot_id, no_pause)
                for topic in boot.topics():
                    for each in boot.read(topic, 0, 2**62):
                        numbers = range(each.first_sequence, each.last_sequence + 1)
                        found[boot_id, split_feed_address(topic)[1]] |= set(numbers)
            return found

        return self.world.loop.do(read())


class Tapped(Courier):
    """Shows what it is given before it keeps it."""

    def __init__(self, link, loop, timer, history_bytes, spill, note):
        super().__init__(link, loop, timer, history_bytes, spill)
        self._note = note

    def recorded(self, publication):
        self._note(publication)
        super().recorded(publication)


class Kept:
    """What a bounded memory keeps: the newest, as much as fits, and one at least."""

    def __init__(self, capacity_bytes):
        self._capacity = capacity_bytes
        self._size = 0
        self._entries = deque()

    def put(self, feed, publication):
        size = len(publication.packed) + OVERHEAD_BYTES
        self._entries.append((feed, publication.first_sequence, publication.last_sequence, size))
        self._size += size
        while self._size > self._capacity and len(self._entries) > 1:
            self._size -= self._entries.popleft()[3]

    def numbers(self):
        found = defaultdict(set)
        for feed, first, last, _ in self._entries:
            found[feed] |= set(range(first, last + 1))
        return found
