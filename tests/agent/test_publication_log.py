"""The publication log against a list: what is sent, kept, dropped and given again, whatever happens when."""

from __future__ import annotations

import tracemalloc

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ocs_sim.agent._publication import OVERHEAD_BYTES, Publication
from ocs_sim.agent._publication_log import PublicationLog
from tests.examples import examples

TOPICS = ("root.a.feeds.x", "root.a.feeds.y", "root.a.feeds.z")
topics = st.sampled_from(TOPICS)


class Model:
    """A list of all that is kept, in order, with a count of how many of these were sent."""

    def __init__(self, capacity: int) -> None:
        self.capacity, self.kept, self.sent = capacity, [], 0
        self.dropped, self.next_sent = dict.fromkeys(TOPICS, 0), dict.fromkeys(TOPICS, 0)

    @property
    def size(self) -> int:
        return sum(len(each.packed) + OVERHEAD_BYTES for each in self.kept)

    def put(self, publication):
        self.kept.append(publication)
        while self.size > self.capacity and len(self.kept) > 1:
            gone = self.kept.pop(0)
            if self.sent:
                self.sent -= 1
                continue
            self.next_sent[gone.topic] = gone.last_sequence + 1
            if not gone.spilled:
                self.dropped[gone.topic] += gone.blocks

    def blocks_waiting(self, topic):
        return sum(each.blocks for each in self.kept[self.sent :] if each.topic == topic)

    def replay(self, topic, first, last):
        mine = [each for each in self.kept[: self.sent] if each.topic == topic]
        return [each for each in mine if each.last_sequence >= first and each.first_sequence <= last]


class LogMachine(RuleBasedStateMachine):
    """Publishes, sends, loses the router, has publications refused, and asks for what was sent."""

    @initialize(capacity=st.integers(1, 3000))
    def begin(self, capacity):
        self.model, self.log = Model(capacity), PublicationLog(capacity)
        self.next = dict.fromkeys(TOPICS, 0)

    @rule(topic=topics, blocks=st.integers(1, 3), size=st.integers(0, 900), spilled=st.booleans())
    def put(self, topic, blocks, size, spilled):
        first = self.next[topic]
        self.next[topic] += blocks
        publication = Publication(topic, bytes(size), first, first + blocks - 1, spilled)
        self.log.put(publication)
        self.model.put(publication)

    @rule(most=st.integers(1, 4))
    def send(self, most):
        for _ in range(most):
            taken = self.log.take()
            if self.model.sent == len(self.model.kept):
                assert taken is None
                return
            assert taken is self.model.kept[self.model.sent]
            self.model.sent += 1
            self.model.next_sent[taken.topic] = taken.last_sequence + 1

    @precondition(lambda self: self.model.sent < len(self.model.kept))
    @rule()
    def lose_the_router(self):
        first = self.model.kept[self.model.sent]
        self.log.give_back(self.log.take())
        self.model.next_sent[first.topic] = first.first_sequence

    @precondition(lambda self: self.model.sent < len(self.model.kept))
    @rule(size=st.integers(0, 3000))
    def lose_the_router_while_others_publish(self, size):
        first = self.model.kept[self.model.sent]
        taken = self.log.take()
        self.model.next_sent[first.topic] = first.first_sequence
        self.put(TOPICS[0], 1, size, False)
        self.log.give_back(taken)

    @precondition(lambda self: self.model.sent < len(self.model.kept))
    @rule()
    def have_one_refused(self):
        refused = self.model.kept.pop(self.model.sent)
        self.log.give_up(self.log.take())
        self.model.dropped[refused.topic] += refused.blocks
        self.model.next_sent[refused.topic] = refused.last_sequence + 1

    @rule(topic=topics, first=st.integers(0, 60), last=st.none() | st.integers(0, 60))
    def ask_again(self, topic, first, last):
        wanted = self.model.replay(topic, first, 10**9 if last is None else last)
        assert self.log.sent(topic, first, last, 10**9) == (wanted, False)

    @rule(topic=topics, first=st.integers(0, 60), most=st.integers(0, 2000))
    def ask_again_in_parts(self, topic, first, most):
        wanted = self.model.replay(topic, first, 10**9)
        chosen, more = self.log.sent(topic, first, None, most)
        assert chosen == wanted[: len(chosen)]
        assert more == (len(chosen) < len(wanted))
        assert bool(chosen) == bool(wanted)
        if len(chosen) > 1:
            assert sum(each.size_bytes for each in chosen) <= most

    @invariant()
    def agrees(self):
        if not hasattr(self, "model"):
            return
        waiting = self.model.kept[self.model.sent :]
        assert self.log.waiting() == waiting
        assert self.log.size_bytes == self.model.size
        assert self.log.size_bytes <= self.model.capacity or len(self.model.kept) == 1
        assert self.log.waiting_bytes == sum(each.size_bytes for each in waiting)
        assert self.log.waiting_blocks == sum(each.blocks for each in waiting)
        assert self.log.dropped_blocks == sum(self.model.dropped.values())
        for topic in TOPICS:
            counters = self.log.counters(topic)
            assert counters.published == self.next[topic]
            assert counters.waiting == self.model.blocks_waiting(topic)
            assert counters.dropped == self.model.dropped[topic]
            oldest, following = self.log.bounds(topic)
            assert following == self.model.next_sent[topic]
            sent = self.model.replay(topic, 0, 10**9)
            assert oldest == (sent[0].first_sequence if sent else following)


LogMachine.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=60, deadline=None)
TestLog = LogMachine.TestCase


def test_what_is_kept_takes_as_much_memory_as_is_counted():
    log, numbers = PublicationLog(8 * 2**20), iter(range(10**6))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    while log.counters(TOPICS[0]).bytes < 16 * 2**20:
        number = next(numbers)
        log.put(Publication(TOPICS[0], bytes(1000), 1000 + number, 1000 + number))
        if number % 2:
            log.take()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert 0.9 * log.size_bytes < used < 1.1 * log.size_bytes
    assert log.size_bytes <= 8 * 2**20


def test_asking_for_the_newest_does_not_look_at_everything():
    log, compared = PublicationLog(), []

    class Counted(int):
        def __lt__(self, other):
            compared.append(other)
            return int(self) < int(other)

    for number in range(20_000):
        log.put(Publication(TOPICS[0], b"", number, Counted(number)))
        log.take()
    assert [each.first_sequence for each in log.sent(TOPICS[0], 19_998, None, 1000)[0]] == [19_998, 19_999]
    assert 0 < len(compared) < 30
