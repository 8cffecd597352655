"""The collector at work: what it does when agents, the router and the archive misbehave."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import Future
from contextlib import asynccontextmanager

import pytest

from ocs_sim.bus import CalleeGone, CallFailed, CallTimedOut, ConnectionLost, NoSuchProcedure, NotConnected
from ocs_sim.collect import Collector
from ocs_sim.collect._answers import sequences
from ocs_sim.wire import Block, FeedInfo, pack_publication, pack_value, unpack_publication

from .world import BEGAN, Numbers, Publisher

F, YOUNG = "o.a.feeds.f", str(BEGAN)


class HastyClock:
    """A hundred times as fast as time."""

    def time(self):
        return time.time()

    def monotonic(self):
        return time.monotonic() * 100


class Archiver:
    """Puts numbers into a ledger, at the next turn of the loop."""

    def __init__(self):
        self.ledger, self.heard, self.gaps, self.offered = Numbers(), {}, [], []
        self.is_busy, self.dropped_blocks, self.excluded = False, 0, set()
        self.taking = True

    def told(self):
        return self.heard

    def offer(self, publication, *, replayed=False):
        assert replayed
        self.offered.append(publication)

    def note_gap(self, *gap):
        self.gaps.append(gap)

    def settled(self):
        for publication in self.offered if self.taking else []:
            _, info = unpack_publication(publication)
            self.ledger.add(info["address"], info["boot_id"], *sequences(publication))
        self.dropped_blocks += 0 if self.taking else len(self.offered)
        self.offered.clear()
        for feed, boot, first, last, _ in self.gaps:
            self.ledger.give_up(feed, boot, first, last)
        done = Future()
        done.set_result(None)
        return done


class Bus:
    """Hands calls to publishers; `fault` may raise, or return something else, instead."""

    def __init__(self, *publishers):
        self.joined = True
        self.publishers = {each.address: each for each in publishers}
        self.calls = []
        self.now, self.most_now = 0, 0
        self.fault = lambda uri: None

    async def call(self, uri, /, *args, timeout_seconds=None, **kwargs):
        self.calls.append(uri)
        self.now += 1
        self.most_now = max(self.now, self.most_now)
        try:
            await asyncio.sleep(0)
            instead = self.fault(uri)
            if instead is not None:
                return await instead if asyncio.iscoroutine(instead) else instead
            address, _, procedure = uri.rpartition(".")
            return getattr(self, procedure)(self.publishers[address], *args)
        finally:
            self.now -= 1

    def replay_index(self, publisher):
        def kept(logs):
            return {name: {"oldest": log.oldest, "next": log.next} for name, log in logs.items()}

        earlier = [{"boot_id": boot, "feeds": kept(logs)} for boot, logs in publisher.earlier.items()]
        return {"boot_id": publisher.boot_id, "feeds": kept(publisher.logs), "earlier": earlier}

    def replay(self, publisher, feed, first, last, boot_id, packed):
        assert packed is True
        log = publisher.log(feed, boot_id)
        there = [number for number in range(first, last + 1) if log.has(number)]
        info = FeedInfo(publisher.address, feed, f"{publisher.address}.feeds.{feed}", True, boot_id)
        described = pack_value({**info.encode(), "boot_id": boot_id})
        packed = [pack_publication([Block("b", [1.0], {}, None, number)], described) for number in there[:50]]
        more = len(there) > 50
        return {
            "boot_id": boot_id,
            "oldest": log.oldest,
            "next": log.next,
            "publications": packed,
            "more": more,
        }


class Scene:
    def __init__(self, bus, archiver, collector):
        self.bus, self.archiver, self.collector = bus, archiver, collector
        self.beats = 0

    def beat(self):
        self.beats += 1
        self.archiver.heard = {a: p.heartbeat(self.beats) for a, p in self.bus.publishers.items()}

    def recorded(self, feed=F, boot=YOUNG):
        return sorted(self.archiver.ledger.recorded[feed, boot])

    async def until(self, condition, seconds=20.0):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come to that"
            await asyncio.sleep(0.002)


@asynccontextmanager
async def scene(*, lost=120, agents=("o.a",), **settings):
    publishers = [Publisher(address, ("f",)) for address in agents]
    for publisher in publishers:
        publisher.boot = 0
        publisher.publish("f", lost)
    bus, archiver = Bus(*publishers), Archiver()
    log = logging.getLogger("ocs_sim.test.collect")
    collector = Collector(archiver, bus, HastyClock(), log, **settings)
    running = asyncio.ensure_future(collector.run())
    made = Scene(bus, archiver, collector)
    made.beat()
    try:
        yield made
        assert not running.done(), running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("collect:")]


def test_it_fills_a_hole():
    async def run():
        async with scene() as it:
            await it.until(lambda: it.recorded() == list(range(120)))
            assert it.bus.calls == ["o.a.replay_index", *["o.a.replay"] * 3]
            assert it.archiver.gaps == []
            assert it.collector.collected_bytes > 120 * 20
            assert it.collector.bytes_per_second() > 0

    asyncio.run(run())


def test_each_agent_has_one_question_at_a_time():
    async def run():
        agents = [f"o.a{number}" for number in range(5)]
        async with scene(agents=agents) as it:
            await it.until(lambda: all(len(it.recorded(f"{a}.feeds.f")) == 120 for a in agents))
            assert 2 <= it.bus.most_now <= 5

    asyncio.run(run())


def no_answer(_):
    return asyncio.sleep(1000)


def raising(fault):
    def raise_it(_):
        raise fault

    return raise_it


BIG = {"boot_id": YOUNG, "oldest": 0, "next": 120, "publications": ["no bytes"], "more": False}


@pytest.mark.parametrize(
    "fault",
    [
        no_answer,
        raising(CallTimedOut(uri="u", timeout_seconds=1)),
        raising(NoSuchProcedure(uri="u", error="wamp.error.no_such_procedure")),
        raising(CalleeGone(uri="u", error="wamp.error.canceled")),
        raising(CallFailed(uri="u", error="wamp.error.runtime_error", arguments=("no",))),
        raising(ConnectionLost(what="a call", fault="closed")),
        raising(NotConnected(what="a call", fault="closed")),
        raising(RuntimeError("nobody foresaw this")),
        lambda uri: "garbage",
        lambda uri: {"boot_id": None},
        lambda uri: BIG,
        lambda uri: {**BIG, "publications": [], "more": True},
        lambda uri: {"boot_id": YOUNG, "feeds": {"f": {"oldest": 9, "next": 3}}},
    ],
)
def test_nothing_that_an_agent_does_ends_it_and_each_fault_is_logged_once(fault, caplog):
    async def run():
        async with scene(answer_seconds=0.02) as it:
            it.bus.fault = fault
            await it.until(lambda: len(it.bus.calls) >= 8)
            assert it.recorded() == []
            it.bus.fault = lambda uri: None
            await it.until(lambda: it.recorded() == list(range(120)))
            assert it.archiver.gaps == []

    with caplog.at_level(logging.WARNING):
        asyncio.run(run())
    texts = [record.getMessage() for record in caplog.records]
    assert 1 <= len(texts) <= 2, texts
    assert len(set(texts)) == len(texts)
    assert all(text.startswith("cannot collect from o.a (replay") for text in texts)


def test_an_agent_that_hangs_does_not_hold_up_the_others():
    async def run():
        async with scene(agents=("o.a", "o.b")) as it:
            it.bus.fault = lambda uri: asyncio.sleep(1000) if uri.startswith("o.a.") else None
            await it.until(lambda: len(it.recorded("o.b.feeds.f")) == 120)
            assert it.recorded() == []

    asyncio.run(run())


def test_it_stands_back_while_the_archive_cannot_take_more():
    async def run():
        async with scene(lost=0) as it:
            await it.until(lambda: it.bus.calls)
            it.archiver.is_busy = True
            it.bus.publishers["o.a"].publish("f", 5)
            it.beat()
            calls = len(it.bus.calls)
            await asyncio.sleep(0.3)
            assert len(it.bus.calls) == calls
            it.archiver.is_busy = False
            await it.until(lambda: it.recorded() == [0, 1, 2, 3, 4])

    asyncio.run(run())


def test_what_the_archive_dropped_is_not_given_up():
    async def run():
        async with scene(lost=20) as it:
            it.archiver.taking = False
            await it.until(lambda: it.archiver.dropped_blocks >= 100)
            it.archiver.taking = True
            await it.until(lambda: it.recorded() == list(range(20)))
            assert it.archiver.gaps == []

    asyncio.run(run())


def test_feeds_that_do_not_want_to_be_archived_are_not_asked_for():
    async def run():
        async with scene(lost=0, agents=("o.a", "o.b")) as it:
            it.archiver.excluded.add(("o.b.feeds.f", it.bus.publishers["o.b"].boot_id))
            for publisher in it.bus.publishers.values():
                publisher.publish("f", 5)
            it.beat()
            await it.until(lambda: it.recorded() == [0, 1, 2, 3, 4])
            await it.until(lambda: it.collector.pending_blocks == 0)
            assert "o.b.replay" not in it.bus.calls

    asyncio.run(run())


def test_without_the_router_nobody_is_asked_and_afterwards_everybody():
    async def run():
        async with scene() as it:
            await it.until(lambda: len(it.recorded()) == 120)
            it.bus.joined = False
            it.bus.publishers["o.a"].publish("f", 5)
            it.beat()
            await asyncio.sleep(0.25)
            assert len(it.bus.calls) == 4
            it.bus.joined = True
            await it.until(lambda: len(it.recorded()) == 125)
            assert it.bus.calls.count("o.a.replay_index") == 2

    asyncio.run(run())


def test_what_is_gone_is_noted_and_logged(caplog):
    async def run():
        async with scene(lost=9) as it:
            it.bus.publishers["o.a"].logs["f"].oldest = 4
            await it.until(lambda: it.recorded() == [4, 5, 6, 7, 8])
            assert it.archiver.gaps == [
                (F, YOUNG, 0, 3, "evicted from the publisher's memory (oldest kept: 4)")
            ]

    asyncio.run(run())
    (record,) = caplog.records
    assert record.getMessage() == (
        f"blocks 0 to 3 of {F}, run {YOUNG} are lost: evicted from the publisher's memory (oldest kept: 4)"
    )


def test_a_last_chance_ends_when_all_is_there_or_time_is_up():
    async def run():
        async with scene() as it:
            await it.until(lambda: it.bus.calls)
            await it.collector.finish(1e9)
            assert len(it.recorded()) == 120
            it.bus.fault = no_answer
            it.bus.publishers["o.a"].publish("f", 5)
            it.beat()
            await it.until(lambda: it.collector.pending_blocks)
            began = HastyClock().monotonic()
            await it.collector.finish(5.0)
            assert HastyClock().monotonic() - began >= 5.0

    asyncio.run(run())


def test_no_fault_of_its_own_archive_ends_it():
    async def run():
        async with scene(lost=3) as it:
            told, settled = it.archiver.told, it.archiver.settled
            it.archiver.told = raising(OSError("no heartbeats"))
            await asyncio.sleep(0.25)
            it.archiver.told = told
            failing = Future()
            failing.set_exception(OSError("no disk"))
            it.archiver.settled = lambda: failing
            await it.until(lambda: it.bus.calls.count("o.a.replay") >= 3)
            it.archiver.settled = settled
            await it.until(lambda: it.recorded() == [0, 1, 2])

    asyncio.run(run())
