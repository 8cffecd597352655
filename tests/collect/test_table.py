"""The rows of session data."""

from __future__ import annotations

import json

from ocs_sim.archive import FeedCounters
from ocs_sim.collect import FeedTable, Readings
from ocs_sim.testing import ManualClock

F = "observatory.data1.feeds.temperatures"


def test_a_row_has_the_counters_and_round_figures():
    clock, feed = ManualClock(), FeedCounters(published=12, received=9, replayed=2, samples=123_456)
    table = FeedTable(clock)
    for _ in range(100):
        feed.latency.observe(0.0123456)
    clock.advance(3.0)
    assert table.rows(Readings(feeds={F: feed})) == {
        F: {
            "published": 12,
            "received": 9,
            "replayed": 2,
            "duplicate": 0,
            "lost": 0,
            "dropped": 0,
            "samples": 123_456,
            "bytes": 0,
            "waiting": 0,
            "latency_p50_ms": feed_milliseconds(feed),
            "latency_p99_ms": feed_milliseconds(feed),
            "blocks_per_second": 3.67,
        }
    }


def feed_milliseconds(feed):
    return float(f"{feed.latency.quantile(0.5) * 1000:.3g}")


def test_the_rate_is_that_since_the_last_look():
    clock, feed = ManualClock(), FeedCounters()
    table = FeedTable(clock)
    for received, rate in ((100, 100), (100, 0), (1_234_567, 1_230_000)):
        feed.received = received
        clock.advance(1.0)
        assert table.rows(Readings(feeds={F: feed}))[F]["blocks_per_second"] == rate


def test_without_a_block_there_is_no_latency():
    (row,) = FeedTable(ManualClock()).rows(Readings(feeds={F: FeedCounters()})).values()
    assert (row["latency_p50_ms"], row["latency_p99_ms"], row["blocks_per_second"]) == (None, None, 0)


def test_two_hundred_feeds_are_not_much_to_fetch_each_second():
    clock, feeds = ManualClock(), {}
    for number in range(200):
        feed = FeedCounters(10**7, 10**7, 10**4, 10**4, 0, 10**9, 10**10, 0, 0)
        for milliseconds in range(1, 100):
            feed.latency.observe(milliseconds / 997)
        feeds[f"observatory.instrument{number}.feeds.temperatures"] = feed
    table = FeedTable(clock)
    clock.advance(1.1)
    assert len(json.dumps(table.rows(Readings(feeds=feeds)))) < 64_000
