"""Any history of publishers, a router and an archiver: the archive is what was published, in order, once.

All parts are the real ones but the network, the clock and the disk's faults. What cannot be had any more,
by the model's own count of what publishers keep, must be in the archive as gaps, with reasons.
"""

from __future__ import annotations

import itertools
import os
from collections import deque

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ocs_sim.archive import RecorderLimits, RepackOptions, repack
from tests.model.disk import FAILING, FULL
from tests.model.publisher import FEEDS, Keeping
from tests.model.world import World

IS_LONG = settings.get_current_profile_name() == "long" or "MODEL_EXAMPLES" in os.environ
HOUR = 3600.0

keepings = st.sampled_from(
    [
        Keeping(),
        Keeping(history_bytes=6000),
        Keeping(history_bytes=1500),
        Keeping(spill_bytes=10**7),
        Keeping(history_bytes=1500, spill_bytes=10**7),
        Keeping(history_bytes=3000, spill_bytes=12_000),
    ]
)
limits = st.sampled_from([RecorderLimits(), RecorderLimits(queued_publications=4)])
counts = st.integers(0, 8)
who = st.integers(0, 1)
shapes = st.sampled_from(["floats", "mixed", "texts", "wide"])
publications = st.tuples(
    st.sampled_from(FEEDS), st.sampled_from(["temps", "fans"]), shapes, st.integers(1, 6), st.booleans()
)
habits = st.sampled_from([[1], [1, 2], [1, 1, 0, 1, 1], [2, 0]])
tails = st.one_of(st.just(b""), st.binary(min_size=1, max_size=40), st.just(bytes(64)))


class Histories(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = None
        self._numbers = itertools.count()

    @initialize(
        kept=st.lists(keepings, min_size=1, max_size=2),
        limits=limits,
        bytes_per_file=st.sampled_from([3000, 10**6]),
        habit=habits,
    )
    def begin(self, kept, limits, bytes_per_file, habit):
        self.world = World(*kept, limits=limits, bytes_per_file=bytes_per_file).__enter__()
        self.world.router.habit = deque(habit)

    def publisher(self, number):
        return self.world.publishers[number % len(self.world.publishers)]

    def living(self, number):
        """Return a publisher that lives; somebody starts it anew if need be."""
        publisher = self.publisher(number)
        if publisher.service is None:
            publisher.boot()
        return publisher

    @property
    def archiver(self):
        return self.world.archiver

    @rule(who=who, what=st.lists(publications, min_size=1, max_size=5))
    def publish(self, who, what):
        publisher = self.living(who)
        for feed, block, shape, count, as_arrays in what:
            shape = "wide" if feed == "packed" and shape == "texts" else shape
            publisher.publish(feed, block, self.samples(shape, count), as_arrays)
        self.world.loop.settle()

    @rule(who=who, count=st.integers(5, 40), seconds=st.sampled_from([0.0, 0.02, 0.1]))
    def publish_much(self, who, count, seconds):
        publisher = self.living(who)
        for _ in range(count):
            publisher.publish("single", "temps", self.samples("wide", 3))
            self.world.advance(seconds)

    @rule(seconds=st.sampled_from([0.05, 0.1, 0.3, 1.0, 3.0, 12.0]))
    def let_time_pass(self, seconds):
        if self.world.router.is_up:
            # Whoever has lost his connection to a router that is there soon has another.
            self.world.router.come_up()
        if seconds > 1:
            # Whoever has died is started anew, too.
            self.start_the_archiver()
        self.world.advance(seconds)

    @rule(hours=st.sampled_from([-1, 1]))
    def step_the_clock(self, hours):
        self.world.clock.step(hours * HOUR)

    @rule(habit=habits)
    def have_the_router_change_its_habit(self, habit):
        self.world.router.habit = deque(habit)

    @rule(carried=counts)
    def lose_the_router(self, carried):
        self.world.router.go_down(carried)
        self.world.loop.settle()

    @rule()
    def bring_the_router_back(self):
        self.world.router.come_up()
        self.world.loop.settle()

    @rule(who=who, carried=counts)
    def lose_a_publishers_connection(self, who, carried):
        if self.publisher(who).service is not None:
            self.world.router.lose(self.publisher(who).link, carried)
            self.world.loop.settle()

    @rule(who=who, carried=counts)
    def break_a_publishers_connection_unnoticed(self, who, carried):
        link = self.publisher(who).link
        if self.publisher(who).service is not None and link.joined:
            self.world.router.carry(link, carried)
            link.outgoing.clear()
            link.is_broken = True

    @rule()
    def notice_broken_connections(self):
        self.world.router.notice()

    @rule(carried=counts)
    def lose_the_archivers_connection(self, carried):
        self.world.router.lose_archiver(carried)
        self.world.loop.settle()

    @rule(prompt=st.sampled_from([False, True, True]))
    def let_the_router_dawdle_or_not(self, prompt):
        self.world.router.be_prompt(prompt)
        self.world.loop.settle()

    @rule(who=who, copies=st.lists(st.sampled_from([1, 1, 2, 0]), min_size=1, max_size=8))
    def carry(self, who, copies):
        if self.publisher(who).service is not None:
            self.world.router.carry(self.publisher(who).link, len(copies), copies)
            self.world.loop.settle()

    @rule(number=counts)
    def repeat(self, number):
        router = self.world.router
        heard = [each for each in router.heard if self.archiver.recorder and self.archiver.has(each)]
        if heard:
            router.hear(heard[number % len(heard)])

    @precondition(lambda self: self.world and self.world.router.calls)
    @rule(number=counts)
    def route_a_call(self, number):
        router = self.world.router
        router.route(router.calls[number % len(router.calls)])
        self.world.loop.settle()

    @precondition(lambda self: self.world and self.world.router.calls)
    @rule(number=counts)
    def deliver_an_answer(self, number):
        router = self.world.router
        router.deliver(router.calls[number % len(router.calls)])
        self.world.loop.settle()

    @precondition(lambda self: self.world and self.world.router.calls)
    @rule(number=counts)
    def lose_a_call(self, number):
        router = self.world.router
        router.forget(router.calls[number % len(router.calls)])

    @rule(who=who)
    def stop_a_publisher(self, who):
        if self.publisher(who).service is not None:
            self.publisher(who).stop()

    @rule(who=who, carried=counts, torn=st.binary(max_size=60))
    def kill_a_publisher(self, who, carried, torn):
        if self.publisher(who).service is not None:
            self.publisher(who).kill(carried, torn)

    @rule(who=who)
    def boot_a_publisher(self, who):
        if self.publisher(who).service is None:
            self.publisher(who).boot()

    @rule()
    def stop_the_archiver(self):
        if self.archiver.recorder is not None:
            self.archiver.stop()

    @rule(carried=counts, tail=tails)
    def kill_the_archiver(self, carried, tail):
        if self.archiver.recorder is not None:
            self.archiver.kill(carried, tail)

    @rule(doom=st.one_of(st.just("all"), st.integers(0, 1500)), who=who, count=counts)
    def doom_the_archiver(self, doom, who, count):
        self.archiver.disk.doom = doom
        self.publish_much(who, count, 0.05)

    @rule()
    def start_the_archiver(self):
        if self.archiver.recorder is None:
            self.archiver.start()

    @rule(stalled=st.booleans())
    def let_the_archiver_stall_or_not(self, stalled):
        self.archiver.is_stalled = stalled

    @precondition(lambda self: self.world and self.archiver.writer)
    @rule()
    def rotate(self):
        self.archiver.rotate()

    @precondition(lambda self: self.world and self.archiver.writer)
    @rule(rotated=st.booleans())
    def seal(self, rotated):
        if rotated:
            self.archiver.rotate()
        self.archiver.seal()

    @rule()
    def repack(self):
        options = RepackOptions(include_current=True)
        report = repack(self.archiver.directory, options, clock=self.world.clock)
        assert not report.faults

    @precondition(lambda self: self.world and self.archiver.writer and self.archiver.writer.unsealed)
    @rule()
    def die_while_sealing(self):
        self.archiver.seal_and_die()

    @rule(number=st.sampled_from([FULL, FAILING]), room=st.integers(0, 3000), who=who, count=counts)
    def break_the_disk(self, number, room, who, count):
        self.archiver.disk.fail(number, room)
        self.publish_much(who, count, 0.05)

    @rule(who=who, count=counts)
    def repair_the_disk(self, who, count):
        self.archiver.disk.heal()
        self.publish_much(who, count, 0.05)

    @rule()
    def judge(self):
        self.world.judge()

    def teardown(self):
        if self.world is None:
            return
        try:
            self.world.end()
            event(f"boots: {min(sum(len(each.runs) for each in self.world.publishers), 5)}")
        finally:
            self.world.__exit__(None, None, None)

    def samples(self, shape, count):
        numbers = list(itertools.islice(self._numbers, count))
        floats = {"a": [each + 0.5 for each in numbers], "b": [float(each) for each in numbers]}
        if shape == "mixed":
            return {"a": numbers, "is_even": [each % 2 == 0 for each in numbers]}
        if shape == "texts":
            return {"a": numbers, "name": [f"number {each}" for each in numbers]}
        if shape == "wide":
            return {f"field_{at}": [each + at / 8 for each in numbers] for at in range(12)}
        return floats


TestAnyHistory = pytest.mark.timeout(0 if IS_LONG else 600)(Histories.TestCase)
if not IS_LONG:
    TestAnyHistory.settings = settings(
        max_examples=40,
        stateful_step_count=40,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
