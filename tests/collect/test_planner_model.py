"""The planner against publishers that lose, forget, restart and vanish: all that can be had is had, once."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ocs_sim.collect import AskBlocks, AskIndex, Planner
from ocs_sim.wire import feed_address
from tests.examples import examples

from .world import BEGAN, Numbers, Publisher

AGENTS = ("o.a", "o.b")
FEEDS = ("f", "g")
agents, feeds, few = st.sampled_from(AGENTS), st.sampled_from(FEEDS), st.integers(1, 12)


class Collecting(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.heartbeats = 0
        self.publishers = {address: Publisher(address, FEEDS) for address in AGENTS}
        self.ledger = Numbers()
        self.planner = Planner(bytes_per_second=20_000.0, most_in_flight=2)
        self.told = {}
        self.most_told = {}
        self.asked = {}
        self.settling = []
        self.rejected = set()
        self.given_up = set()

    @rule(agent=agents, feed=feeds, count=few, is_heard=st.booleans())
    def publish(self, agent, feed, count, is_heard):
        publisher = self.publishers[agent]
        numbers = publisher.publish(feed, count)
        if is_heard and not publisher.is_away:
            self.ledger.add(feed_address(agent, feed), publisher.boot_id, *numbers)

    @rule(agent=agents, feed=feeds)
    def publish_what_nobody_can_archive(self, agent, feed):
        publisher = self.publishers[agent]
        (number,) = publisher.publish(feed)
        self.rejected.add((feed_address(agent, feed), publisher.boot_id, number))

    @rule(agent=agents, feed=feeds)
    def publish_what_cannot_be_sent(self, agent, feed):
        log = self.publishers[agent].logs[feed]
        log.unsent.add(log.next)
        log.next += 1

    @rule(agent=agents, feed=feeds, count=few)
    def evict(self, agent, feed, count):
        log = self.publishers[agent].logs[feed]
        log.oldest = min(log.oldest + count, log.next)

    @rule(agent=agents)
    def heartbeat(self, agent):
        publisher = self.publishers[agent]
        if publisher.is_away:
            return
        self.heartbeats += 1
        told = self.told[agent] = publisher.heartbeat(float(self.heartbeats))
        for feed, following in told.feeds.items():
            self.most_told[feed_address(agent, feed), told.boot_id] = following
        self.planner.hear(self.told)

    @rule(agent=agents, kept=st.sampled_from([0, 3, 1000]))
    def restart_an_agent(self, agent, kept):
        self.publishers[agent].restart(kept)

    @rule(agent=agents, is_away=st.booleans())
    def vanish_or_return(self, agent, is_away):
        self.publishers[agent].is_away = is_away

    @rule()
    def router_returns(self):
        self.planner.rejoined()

    @rule()
    def restart_the_archive(self):
        self.planner = Planner(bytes_per_second=20_000.0, most_in_flight=2)
        self.told, self.asked, self.settling = {}, {}, []
        # What only heartbeats had told is forgotten with it.
        self.most_told = {}

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 10.0]))
    def plan(self, seconds):
        self.now += seconds
        plan = self.planner.plan(self.now, self.ledger)
        for each in plan.gone:
            self._give_up(each)
        for ask in plan.asks:
            assert ask.agent_address not in self.asked
            self.asked[ask.agent_address] = ask
            if isinstance(ask, AskBlocks):
                missing = self.ledger.holes(ask.feed_address, ask.boot_id, ask.last + 1)
                assert any(first <= ask.first and ask.last <= last for first, last in missing)
        assert len(self.asked) <= 2
        self.settling += plan.settling

    @precondition(lambda self: self.asked)
    @rule(which=st.integers(0, 1), blocks=few, is_lost=st.booleans(), loses=st.booleans())
    def answer(self, which, blocks, is_lost, loses):
        ask = self.asked.pop(sorted(self.asked)[which % len(self.asked)])
        publisher = self.publishers[ask.agent_address]
        if publisher.is_away or is_lost:
            self.planner.unreachable(ask, self.now)
        elif isinstance(ask, AskIndex):
            self.planner.indexed(ask, publisher.index())
        else:
            self._blocks(ask, publisher.answer(ask, blocks), 2 if loses else 1)

    @precondition(lambda self: self.asked)
    @rule(which=st.integers(0, 1))
    def answer_nonsense(self, which):
        self.planner.refused(self.asked.pop(sorted(self.asked)[which % len(self.asked)]), self.now)

    @precondition(lambda self: self.settling)
    @rule()
    def settle(self):
        self.planner.settled([self.settling.pop()], self.now, self.ledger, excused=True)

    @invariant()
    def nothing_that_was_recorded_is_given_up(self):
        assert not self.given_up & self._recorded()

    def teardown(self):
        """Let all faults end: then everything that anybody has is recorded, and the rest is given up."""
        self._let_faults_end()
        for _ in range(400):
            self.now += 2.0
            if not self._finish_one_round():
                break
        else:
            raise AssertionError("it does not come to an end")
        assert self.planner.pending_blocks == 0
        assert not self.planner.is_hopeful
        recorded = self._recorded()
        for address, publisher in self.publishers.items():
            for boot_id, logs in {publisher.boot_id: publisher.logs, **publisher.earlier}.items():
                for feed, log in logs.items():
                    key = feed_address(address, feed), boot_id
                    have = {(*key, number) for number in range(log.next) if log.has(number)}
                    assert have - self.rejected <= recorded
        for (address, boot_id), following in self.most_told.items():
            expected = {(address, boot_id, number) for number in range(following)}
            assert expected <= recorded | self.given_up

    def _let_faults_end(self):
        for ask in self.asked.values():
            self.planner.unreachable(ask, self.now)
        self.asked.clear()
        for address, publisher in self.publishers.items():
            publisher.is_away = False
            self.heartbeat(address)

    def _finish_one_round(self):
        plan = self.planner.plan(self.now, self.ledger)
        self.settling += plan.settling
        for each in plan.gone:
            self._give_up(each)
        for ask in plan.asks:
            publisher = self.publishers[ask.agent_address]
            if isinstance(ask, AskIndex):
                self.planner.indexed(ask, publisher.index())
            else:
                self._blocks(ask, publisher.answer(ask, 50))
        was_settling = bool(self.settling)
        self.planner.settled(self.settling, self.now, self.ledger, excused=False)
        self.settling.clear()
        return bool(plan.asks or plan.gone or was_settling or self.planner.pending_blocks)

    def _blocks(self, ask, answered, keep_every=1):
        if answered is None:
            self.planner.refused(ask, self.now)
            return
        for number in answered[0][::keep_every]:
            key = ask.feed_address, ask.boot_id, number
            if key not in self.rejected:
                self.ledger.add(*key)
        self.planner.answered(ask, answered[1], self.now)

    def _give_up(self, each):
        address, _, feed = each.feed_address.partition(".feeds.")
        log = self.publishers[address].log(feed, each.boot_id)
        for number in range(each.first, each.last + 1):
            key = each.feed_address, each.boot_id, number
            assert key in self.rejected or log is None or not log.has(number), f"{each}: it is still there"
            assert key not in self.given_up
            self.given_up.add(key)
        assert each.reason is not None or (float(each.boot_id) < BEGAN and each.first == 0)
        self.ledger.give_up(each.feed_address, each.boot_id, each.first, each.last)

    def _recorded(self):
        return {(*key, number) for key, numbers in self.ledger.recorded.items() for number in numbers}


Collecting.TestCase.settings = settings(max_examples=examples(80), stateful_step_count=40, deadline=None)
TestCollecting = Collecting.TestCase
