"""Counters of feeds, and durations in buckets of equal ratio."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.archive import FeedCounters, LogHistogram
from ocs_sim.archive._told import told

durations = st.floats(1e-3, 999.0)


@given(st.lists(durations, min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_quantile_is_exact_to_a_tenth(seconds, fraction):
    histogram = LogHistogram()
    for each in seconds:
        histogram.observe(each)
    exact = sorted(seconds)[math.ceil(fraction * len(seconds)) - 1]
    assert histogram.quantile(fraction) == pytest.approx(exact, rel=0.105)


@given(st.lists(st.floats(-1.0, 5000.0), max_size=50))
def test_buckets_are_cumulative_and_hold_everything(seconds):
    histogram = LogHistogram()
    for each in seconds:
        histogram.observe(each)
    buckets = histogram.buckets()
    assert [bound for bound, _ in buckets[:4]] == pytest.approx([1e-3, 2.154e-3, 4.642e-3, 1e-2], rel=1e-3)
    assert [bound for bound, _ in buckets[-2:]] == [pytest.approx(1000.0), math.inf]
    for bound, count in buckets:
        # A duration on the edge of a bucket may fall to either side of it.
        assert sum(each <= bound * (1 - 1e-9) for each in seconds) <= count
        assert count <= sum(each <= bound * (1 + 1e-9) for each in seconds)
    assert histogram.count == len(seconds)


def test_nothing_observed_has_no_quantile_and_disagreeing_clocks_are_harmless():
    histogram = LogHistogram()
    assert histogram.quantile(0.5) is None
    histogram.observe(-3600.0)
    histogram.observe(math.nan)
    assert (histogram.quantile(0.5), histogram.sum_seconds) == (pytest.approx(1e-3), 0.0)


def test_the_count_of_a_publisher_that_restarts_goes_on():
    counters = FeedCounters()
    counters.tell("1.5", {"published": 10, "waiting": 2, "dropped": 1})
    counters.tell("1.5", {"published": 12, "waiting": 0, "dropped": 1})
    counters.tell("2.5", {"published": 3, "waiting": 1, "dropped": 0})
    assert (counters.published, counters.waiting, counters.dropped) == (15, 1, 0)


def test_heartbeats_of_agents_that_do_not_count_tell_nothing():
    assert told({"feed_name": "heartbeat"}, 5.0) is None
    assert told({"boot_id": "1.5", "feeds": 5}, 5.0) is None
    heard = told({"boot_id": "1.5", "feeds": {"a": 3, "b": "x"}, "earlier": ["0.5"]}, 5.0)
    assert (heard.boot_id, heard.feeds, heard.earlier, heard.received) == ("1.5", {"a": 3}, ("0.5",), 5.0)
