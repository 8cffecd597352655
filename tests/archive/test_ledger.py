"""The ledger: against a plain set of numbers, whatever comes in whatever order."""

import json
import math
import threading

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ocs_sim.archive import Ledger, Missing, _ledger
from ocs_sim.archive._ranges import Ranges
from tests.examples import examples

FEED, BOOT = "observatory.data1.feeds.thermometers", "1763640000.25"
numbers = st.integers(0, 30)
flat = st.lists(st.tuples(numbers, st.integers(0, 8)), max_size=12)


def listed(ranges):
    return [number for first, last in ranges for number in range(first, last + 1)]


@given(flat, numbers, st.integers(0, 45))
def test_ranges_are_a_set(added, first, upto):
    ranges, model = Ranges(), set()
    for start, length in added:
        ranges.add_range(start, start + length)
        model |= set(range(start, start + length + 1))
    assert listed(ranges) == sorted(model)
    assert all(later - end > 1 for (_, end), (later, _) in zip(list(ranges), list(ranges)[1:], strict=False))
    assert listed(ranges.absent(first, upto)) == sorted(set(range(first, upto)) - model)
    assert ranges.end == max(model, default=-1) + 1
    assert [number in ranges for number in range(45)] == [number in model for number in range(45)]
    ranges.forget_below(first)
    assert listed(ranges) == sorted(number for number in model if number >= first)


class LedgerIsASet(RuleBasedStateMachine):
    """A ledger beside two sets for each feed and boot."""

    def __init__(self):
        super().__init__()
        self.ledger = Ledger(since=5.0)
        self.recorded, self.given_up = {}, {}

    def sets(self, feed, boot):
        return self.recorded.setdefault((feed, boot), set()), self.given_up.setdefault((feed, boot), set())

    @rule(feed=st.sampled_from("ab"), boot=st.sampled_from("12"), number=numbers)
    def add(self, feed, boot, number):
        recorded, _ = self.sets(feed, boot)
        assert self.ledger.add(feed, boot, number) == (number not in recorded)
        recorded.add(number)

    @rule(feed=st.sampled_from("ab"), boot=st.sampled_from("12"))
    def add_the_next(self, feed, boot):
        recorded, _ = self.sets(feed, boot)
        number = max(recorded, default=-1) + 1
        assert self.ledger.add(feed, boot, number)
        recorded.add(number)

    @rule(feed=st.sampled_from("ab"), boot=st.sampled_from("12"), first=numbers, length=st.integers(0, 5))
    def give_up(self, feed, boot, first, length):
        recorded, given_up = self.sets(feed, boot)
        lost = set(range(first, first + length + 1)) - recorded - given_up
        assert listed(self.ledger.give_up(feed, boot, first, first + length)) == sorted(lost)
        given_up |= lost

    @rule(encoding=st.sampled_from(["msgpack", "json", "merge", "twice"]))
    def store(self, encoding):
        encoded = self.ledger.encode()
        if encoding == "msgpack":
            self.ledger = Ledger.decode(msgpack.unpackb(msgpack.packb(encoded)))
        elif encoding == "json":
            self.ledger = Ledger.decode(json.loads(json.dumps(encoded)))
        elif encoding == "merge":
            other, self.ledger = self.ledger, Ledger()
            self.ledger.merge(other)
        else:
            self.ledger.merge_encoded(encoded)
        assert self.ledger.since == 5.0

    @invariant()
    def is_the_same(self):
        for (feed, boot), recorded in self.recorded.items():
            given_up = self.given_up[feed, boot]
            known = recorded | given_up
            assert self.ledger.next(feed, boot) == max(known, default=-1) + 1
            assert [self.ledger.has(feed, boot, n) for n in range(36)] == [n in recorded for n in range(36)]
            assert listed(self.ledger.holes(feed, boot, 36)) == sorted(set(range(36)) - known)


TestLedgerIsASet = LedgerIsASet.TestCase
TestLedgerIsASet.settings = settings(max_examples=examples(40), stateful_step_count=30)


def test_a_boot_never_heard_of_is_one_hole():
    ledger = Ledger()
    assert ledger.since == math.inf
    assert ledger.holes(FEED, BOOT, 7) == [(0, 6)]
    assert ledger.holes(FEED, BOOT, 0) == []
    assert (ledger.next(FEED, BOOT), ledger.boots(FEED), ledger.feeds()) == (0, [], [])


def test_what_arrives_after_it_was_given_up_is_new():
    ledger = Ledger()
    assert ledger.give_up(FEED, BOOT, 0, 2) == [(0, 2)]
    assert ledger.add(FEED, BOOT, 1)
    assert not ledger.add(FEED, BOOT, 1)
    assert ledger.give_up(FEED, BOOT, 0, 3) == [(3, 3)]


def test_of_each_feed_the_oldest_boots_are_forgotten_and_not_asked_for():
    ledger = Ledger(most_boots=3)
    for boot in ("30.5", "10.5", "20.5", "40.5"):
        ledger.add(FEED, boot, 1)
    assert ledger.boots(FEED) == ["30.5", "20.5", "40.5"]
    for kept in (ledger, Ledger.decode(ledger.encode())):
        assert kept.holes(FEED, "10.5", 9) == []
        assert kept.holes(FEED, "20.5", 1) == [(0, 0)]
        assert kept.holes(FEED, "35.5", 2) == [(0, 1)]
        assert kept.holes(FEED, "named", 2) == [(0, 1)]


def test_numbers_that_never_come_in_order_are_bounded(monkeypatch):
    monkeypatch.setattr(_ledger, "_MOST_RANGES", 100)
    ledger = Ledger()
    for number in range(0, 1000, 2):
        assert ledger.add(FEED, BOOT, number)
    ((_, floor, recorded, _),) = ledger.encode()["feeds"][FEED]
    assert len(recorded) <= 202
    # Of what is below nothing is known: it is not missing, and it is taken when it comes.
    assert ledger.holes(FEED, BOOT, floor) == []
    assert ledger.add(FEED, BOOT, 1)
    assert ledger.add(FEED, BOOT, 1)
    assert not ledger.add(FEED, BOOT, 998)
    again = Ledger.decode(ledger.encode())
    assert again.holes(FEED, BOOT, 1000) == ledger.holes(FEED, BOOT, 1000)


@pytest.mark.parametrize(
    "nonsense", [{}, {"feeds": {}}, {"since": 1, "forgotten": {}, "feeds": {"a": [[1]]}}]
)
def test_what_is_no_ledger_is_refused(nonsense):
    with pytest.raises((KeyError, ValueError, TypeError)):
        Ledger.decode(nonsense)


def test_threads_that_add_the_same_blocks_find_each_new_once():
    ledger, found = Ledger(), []

    def add():
        found.append(sum(ledger.add(FEED, BOOT, number) for number in range(20_000)))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == 20_000


def test_missing_says_what_to_ask_whom():
    missing = Missing("observatory.data1", FEED, "thermometers", BOOT, 3, 5)
    assert (missing.agent_address, missing.feed, missing.first, missing.last) == (
        "observatory.data1",
        "thermometers",
        3,
        5,
    )
