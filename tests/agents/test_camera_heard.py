"""What other agents said is known for the moment that counts, unless it is stale."""

import pytest
from ocs_sim.agents._camera._heard import HeardFeed

from ocs_sim.wire import Block, FeedInfo, encode_blocks

TOPIC = "observatory.mount.feeds.pointing"
INFO = FeedInfo("observatory.mount", "pointing", TOPIC, True, "1", "Mount", {}, {})


@pytest.fixture
def mount():
    return HeardFeed(TOPIC, "mount", stale_seconds=10.0)


def say(mount, timestamps, altitudes):
    block = Block("pointing", timestamps, {"altitude": altitudes})
    mount.hear(encode_blocks([block], INFO.encode()))


def test_the_latest_before_the_moment_counts(mount):
    say(mount, [100.0, 101.0], [40.0, 41.0])
    say(mount, [102.0], [42.0])
    assert [mount.at(moment).values["altitude"] for moment in (100.5, 101.0, 103.0)] == [40.0, 41.0, 42.0]
    assert mount.at(103.5).age_seconds == pytest.approx(1.5)


def test_what_comes_a_little_late_counts_where_there_is_nothing_else(mount):
    say(mount, [101.0], [41.0])
    assert mount.at(99.5).values == {"altitude": 41.0}
    assert mount.at(90.0).problem == "mount was heard too late"


def test_what_is_stale_is_left_out_and_said_so(mount):
    say(mount, [100.0], [40.0])
    heard = mount.at(160.0)
    assert (dict(heard.values), heard.problem) == ({}, "mount was silent for 60 s")


def test_an_agent_that_was_never_heard(mount):
    assert mount.at(1.0).problem == "mount was not heard"


@pytest.mark.parametrize("nonsense", [None, 3, "x", [], [{}, {}], {"a": 1}])
def test_nonsense_on_the_topic_is_passed_over(mount, nonsense):
    mount.hear(nonsense)
    assert mount.at(1.0).problem
