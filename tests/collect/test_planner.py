"""What the planner asks for and gives up, case by case."""

from __future__ import annotations

import pytest

from ocs_sim.collect import AskBlocks, AskIndex, Index, Kept, Planner
from ocs_sim.wire import feed_address

from .world import BEGAN, Numbers, Publisher, carry_out

F = "o.a.feeds.f"
OLD, YOUNG = str(BEGAN - 1), str(BEGAN)


class Site:
    """One planner and the agents that it asks, without faults but those that a test makes."""

    def __init__(self, *addresses, feeds=("f",), boot=0, **limits):
        self.publishers = {address: Publisher(address, feeds) for address in addresses or ("o.a",)}
        for publisher in self.publishers.values():
            publisher.boot = boot
        self.a = next(iter(self.publishers.values()))
        self.ledger, self.planner, self.now = Numbers(), Planner(**limits), 0.0
        self.asked, self.gone, self.heartbeats = [], [], 0

    def beat(self):
        self.heartbeats += 1
        told = {each.address: each.heartbeat(self.heartbeats) for each in self.publishers.values()}
        self.planner.hear(told)
        return told

    def plan(self):
        return self.planner.plan(self.now, self.ledger)

    def run(self, rounds=20, seconds=1.0, **how):
        for _ in range(rounds):
            self.now += seconds
            plan = carry_out(self.planner, self.publishers, self.ledger, self.now, **how)
            self.asked += plan.asks
            self.gone += plan.gone
        return [(each.boot_id, each.first, each.last, each.reason) for each in self.gone]

    def ranges(self):
        return [(each.first, each.last) for each in self.asked if isinstance(each, AskBlocks)]

    def recorded(self, boot_id=YOUNG, feed=F):
        return sorted(self.ledger.recorded[feed, boot_id])


def lose(site, count, feed="f", agent=None):
    (agent or site.a).publish(feed, count)


def hear(site, count, feed="f", agent=None):
    agent = agent or site.a
    site.ledger.add(feed_address(agent.address, feed), agent.boot_id, *agent.publish(feed, count))


def test_nothing_is_asked_but_once_what_is_kept_when_nothing_is_missing():
    site = Site()
    hear(site, 5)
    site.beat()
    assert site.run() == []
    assert site.asked == [AskIndex("o.a")]
    site.beat()
    site.run()
    assert len(site.asked) == 1


def test_just_the_holes_are_asked_for_and_also_a_tail_that_nobody_heard():
    site = Site()
    hear(site, 3), lose(site, 2), hear(site, 4), lose(site, 3)
    site.beat()
    assert site.run() == []
    assert site.ranges() == [(3, 4), (9, 11)]
    assert site.recorded() == list(range(12))


def test_a_long_hole_is_asked_for_in_pieces_without_waiting_for_the_archive_between():
    site = Site()
    lose(site, 25)
    site.beat()
    site.run()
    assert site.ranges() == [(0, 24), (10, 24), (20, 24)]
    assert site.recorded() == list(range(25))


def test_a_boot_that_was_never_heard_of_is_asked_for_from_its_first_block():
    site = Site(boot=-1)
    lose(site, 4)
    site.beat()
    assert site.run() == []
    assert site.recorded(OLD) == [0, 1, 2, 3]


def test_what_a_publisher_evicted_is_given_up_with_the_reason():
    site = Site()
    lose(site, 9)
    site.a.logs["f"].oldest = 4
    site.beat()
    assert site.run() == [(YOUNG, 0, 3, "evicted from the publisher's memory (oldest kept: 4)")]
    assert site.recorded() == [4, 5, 6, 7, 8]


def test_what_was_evicted_before_the_archive_began_is_no_loss():
    site = Site(boot=-1)
    lose(site, 9)
    site.a.logs["f"].oldest = 4
    site.beat()
    assert site.run() == [(OLD, 0, 3, None)]


def test_but_what_was_evicted_after_some_of_it_was_recorded_is_a_loss():
    site = Site(boot=-1)
    hear(site, 2), lose(site, 5)
    site.a.logs["f"].oldest = 6
    site.beat()
    assert site.run() == [(OLD, 2, 5, "evicted from the publisher's memory (oldest kept: 6)")]


def test_a_boot_is_not_given_up_while_its_agent_is_away():
    site = Site()
    hear(site, 3), lose(site, 2), hear(site, 1), lose(site, 4)
    site.beat()
    site.a.is_away = True
    assert site.run(200) == []
    assert site.planner.pending_blocks == 6
    assert not site.planner.is_hopeful


def test_a_run_of_which_nothing_was_kept_is_given_up_up_to_what_its_last_heartbeat_told():
    site = Site()
    hear(site, 3), lose(site, 2), hear(site, 1), lose(site, 4)
    site.beat()
    site.a.restart(kept=0)
    site.beat()
    forgotten = "the publisher restarted and kept nothing of that run"
    assert site.run() == [(YOUNG, 3, 4, forgotten), (YOUNG, 6, 9, forgotten)]
    assert site.planner.pending_blocks == 0


def test_an_earlier_run_that_was_kept_is_collected():
    site = Site()
    hear(site, 3), lose(site, 7)
    site.a.restart(kept=1000)
    lose(site, 2)
    site.beat()
    assert site.run() == []
    assert site.recorded() == list(range(10))
    assert site.recorded(str(BEGAN + 1)) == [0, 1]


def test_the_end_of_an_earlier_run_may_not_have_been_kept():
    site = Site()
    lose(site, 7)
    site.beat()
    site.a.restart(kept=4)
    site.beat()
    reason = "the publisher restarted and had kept that run only up to block 3"
    assert site.run() == [(YOUNG, 4, 6, reason)]
    assert site.recorded() == [0, 1, 2, 3]


def test_a_boot_that_a_heartbeat_names_later_is_asked_for():
    site = Site()
    site.beat()
    site.run()
    site.a.earlier["997.0"] = Publisher("o.a", ("f",)).logs
    site.a.earlier["997.0"]["f"].next = 3
    site.beat()
    site.run()
    assert site.recorded("997.0") == [0, 1, 2]


def test_agents_are_asked_in_turns_one_question_each():
    site = Site("o.a", "o.b", "o.c")
    for agent in site.publishers.values():
        lose(site, 30, agent=agent)
    site.beat()
    assert sorted(ask.agent_address for ask in site.plan().asks) == ["o.a", "o.b", "o.c"]
    assert site.plan().asks == ()


def test_agents_take_turns_when_only_one_may_be_asked_at_a_time():
    site = Site("o.a", "o.b", most_in_flight=1)
    for agent in site.publishers.values():
        lose(site, 30, agent=agent)
    site.beat()
    site.run(20)
    blocks = [ask.agent_address for ask in site.asked if isinstance(ask, AskBlocks)]
    assert blocks == ["o.a", "o.b"] * 3 or blocks == ["o.b", "o.a"] * 3


def test_no_more_agents_are_asked_at_a_time_than_there_may_be():
    site = Site("o.a", "o.b", "o.c", most_in_flight=2)
    site.beat()
    assert len(site.plan().asks) == site.planner.in_flight == 2
    assert site.plan().asks == ()


def test_feeds_take_turns():
    site = Site(feeds=("f", "g"))
    for feed in "fgfgfg":
        hear(site, 1, feed), lose(site, 1, feed)
    site.beat()
    site.run()
    assert [ask.feed for ask in site.asked if isinstance(ask, AskBlocks)] == ["f", "g"] * 3


def test_the_rate_is_kept():
    site = Site(bytes_per_second=10_000.0)
    lose(site, 1000)
    site.beat()
    site.run(rounds=400, seconds=0.1)
    # A block of the model has 1,000 bytes, an answer ten blocks.
    assert 380 <= len(site.recorded()) <= 430


def test_an_agent_that_does_not_answer_is_asked_less_and_less_often():
    site = Site()
    lose(site, 3)
    site.beat()
    site.a.is_away = True
    site.run(rounds=1000, seconds=0.1)
    assert 20 <= len(site.asked) <= 30
    site.a.is_away = False
    site.run(rounds=60, seconds=0.1)
    assert site.recorded() == [0, 1, 2]


def test_a_feed_that_is_refused_does_not_hold_up_others():
    site = Site(feeds=("f", "g"))
    lose(site, 3), lose(site, 3, "g")
    told = site.beat()
    told["o.a"].feeds["no_such"] = 9
    site.heartbeats += 1
    told["o.a"].received = site.heartbeats
    site.planner.hear(told)
    for _ in range(5):
        site.now += 1
        for ask in site.plan().asks:
            if isinstance(ask, AskIndex):
                site.planner.indexed(ask, site.a.index())
            elif ask.feed == "no_such":
                site.planner.refused(ask, site.now)
            else:
                numbers, answer = site.a.answer(ask, 10)
                site.ledger.add(ask.feed_address, ask.boot_id, *numbers)
                site.planner.answered(ask, answer, site.now)
                site.planner.plan(site.now, site.ledger)
                site.planner.settled(["o.a"], site.now, site.ledger, excused=False)
    assert site.recorded() == site.recorded(feed="o.a.feeds.g") == [0, 1, 2]


def test_a_hole_that_is_refused_does_not_hold_up_the_others():
    site = Site()
    for _ in range(3):
        hear(site, 1), lose(site, 1)
    site.beat()
    for _ in range(30):
        site.now += 1
        for ask in site.plan().asks:
            if isinstance(ask, AskIndex):
                site.planner.indexed(ask, site.a.index())
            elif ask.first == 1:
                # As when no router takes an answer that is as long.
                site.planner.refused(ask, site.now)
            else:
                numbers, answer = site.a.answer(ask, 10)
                site.ledger.add(ask.feed_address, ask.boot_id, *numbers)
                site.planner.answered(ask, answer, site.now)
                site.planner.plan(site.now, site.ledger)
                site.planner.settled(["o.a"], site.now, site.ledger, excused=False)
    assert site.recorded() == [0, 2, 3, 4, 5]
    assert site.planner.pending_blocks == 1


def test_what_came_but_could_not_be_archived_is_given_up_after_a_few_tries():
    site = Site()
    lose(site, 6)
    site.a.logs["f"].unsent = {4}
    site.beat()
    gone = site.run(100, rejected={(F, YOUNG, 1), (F, YOUNG, 2)})
    not_archived = "could not be archived: the messages of the Aggregator's `record` say why"
    assert gone == [(YOUNG, 1, 2, not_archived), (YOUNG, 4, 4, "the publisher has not kept it")]
    assert site.recorded() == [0, 3, 5]
    assert len(site.ranges()) < 12


def test_what_the_archive_had_no_room_for_is_asked_for_again_however_often():
    site = Site()
    lose(site, 6)
    site.beat()
    for _ in range(50):
        site.now += 10
        plan = site.plan()
        assert plan.gone == ()
        for ask in plan.asks:
            if isinstance(ask, AskIndex):
                site.planner.indexed(ask, site.a.index())
            else:
                site.planner.answered(ask, site.a.answer(ask, 10)[1], site.now)
        site.planner.settled(plan.settling, site.now, site.ledger, excused=True)
    assert site.run() == []
    assert site.recorded() == list(range(6))


@pytest.mark.parametrize("seen_live", [False, True])
def test_a_publisher_whose_numbers_jump_is_not_asked_for_ever_nor_are_they_called_lost(seen_live):
    site = Site()
    hear(site, 3)
    told = site.beat()
    site.heartbeats += 1
    if seen_live:
        site.ledger.add(F, YOUNG, 100_000)
    else:
        told["o.a"].feeds["f"] = 100_001
    told["o.a"].received = site.heartbeats
    site.planner.hear(told)
    assert site.run(100) == []
    assert len(site.ranges()) <= 3
    assert site.planner.pending_blocks == 0


def test_an_index_of_another_boot_than_the_heartbeats_gives_nothing_up():
    site = Site()
    hear(site, 2), lose(site, 3)
    site.beat()
    (ask,) = site.plan().asks
    site.ledger.add(F, "5.0", 0, 3)
    site.planner.indexed(ask, Index("5.0", {"f": Kept(0, 4)}, {}))
    assert site.run() == []
    assert site.recorded() == [0, 1, 2, 3, 4]


def test_after_the_router_was_away_everybody_is_asked_what_he_keeps():
    site = Site("o.a", "o.b")
    site.beat()
    site.run()
    site.planner.rejoined()
    site.run()
    assert len(site.asked) == 4
