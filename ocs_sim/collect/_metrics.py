"""A recording's numbers as Prometheus reads them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ocs_sim.collect._readings import Counted, Read, Readings
from ocs_sim.wire import split_feed_address

_LABELS = ("feed", "agent")
# Of each feed's buckets, those that tell something: a scrape of hundreds of feeds is long enough.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.009, 50.0
_COUNTERS: tuple[tuple[str, str, Callable[[Counted], int]], ...] = (
    (
        "ocs_feed_blocks_published",
        "Blocks published since the recording began to hear the feed, as its publisher says.",
        lambda feed: feed.published,
    ),
    ("ocs_feed_blocks_received", "Blocks archived as they came.", lambda feed: feed.received),
    (
        "ocs_feed_blocks_replayed",
        "Blocks archived because they were asked for again.",
        lambda feed: feed.replayed,
    ),
    (
        "ocs_feed_blocks_duplicate",
        "Blocks dropped because they were archived already.",
        lambda feed: feed.duplicate,
    ),
    (
        "ocs_feed_blocks_lost",
        "Blocks that are gone for good; each is a gap in the archive.",
        lambda f: f.lost,
    ),
    (
        "ocs_feed_blocks_dropped",
        "Blocks that the publisher threw away before it could send them.",
        lambda feed: feed.dropped,
    ),
    ("ocs_feed_samples", "Samples archived.", lambda feed: feed.samples),
    ("ocs_feed_bytes", "Bytes of the publications archived.", lambda feed: feed.bytes),
)
_WHOLE: tuple[tuple[type[Any], str, str, Callable[[Readings], float]], ...] = (
    (GaugeMetricFamily, "ocs_recorder_recording", "1 while it records.", lambda r: r.is_recording),
    (
        GaugeMetricFamily,
        "ocs_recorder_trouble",
        "1 while something keeps samples from being archived or sealed.",
        lambda r: r.trouble is not None,
    ),
    (
        GaugeMetricFamily,
        "ocs_recorder_queue_bytes",
        "Bytes received that wait in memory to be archived.",
        lambda r: r.queued_bytes,
    ),
    (
        GaugeMetricFamily,
        "ocs_recorder_queue_fill_ratio",
        "How full the queue is; at 1 blocks are dropped, and asked for again later.",
        lambda r: r.queue_fill,
    ),
    (
        GaugeMetricFamily,
        "ocs_recorder_pending_bytes",
        "Bytes archived in memory that the disk has not taken yet.",
        lambda r: r.pending_bytes,
    ),
    (
        CounterMetricFamily,
        "ocs_recorder_blocks_dropped",
        "Blocks for which the queue had no room.",
        lambda r: r.dropped_blocks,
    ),
    (
        CounterMetricFamily,
        "ocs_recorder_blocks_rejected",
        "Blocks that cannot be archived.",
        lambda r: r.rejected_blocks,
    ),
    (CounterMetricFamily, "ocs_journal_bytes", "Bytes written to journals.", lambda r: r.journal_bytes),
    (CounterMetricFamily, "ocs_files_sealed", "Files sealed.", lambda r: r.sealed_files),
    (GaugeMetricFamily, "ocs_files_unsealed", "Journals that wait to be sealed.", lambda r: r.unsealed_files),
    (
        GaugeMetricFamily,
        "ocs_replay_pending_blocks",
        "Blocks known to be missing that may still be had.",
        lambda r: r.pending_blocks,
    ),
    (
        GaugeMetricFamily,
        "ocs_replay_in_flight",
        "Questions to agents without an answer.",
        lambda r: r.in_flight,
    ),
    (CounterMetricFamily, "ocs_replay_bytes", "Bytes that agents sent again.", lambda r: r.collected_bytes),
)


class RecordingMetrics(Collector):
    """Everything that is counted, taken when somebody asks."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Return all metrics."""
        readings = self._read()
        feeds = [
            ((address, split_feed_address(address)[0]), feed) for address, feed in readings.feeds.items()
        ]
        for name, text, value_of in _COUNTERS:
            counter = CounterMetricFamily(name, text, labels=_LABELS)
            for labels, feed in feeds:
                counter.add_metric(labels, value_of(feed))
            yield counter
        queue = GaugeMetricFamily(
            "ocs_feed_queue_blocks", "Blocks that the publisher has not sent yet.", labels=_LABELS
        )
        latency = HistogramMetricFamily(
            "ocs_feed_latency_seconds", "From publication until the samples were durable.", labels=_LABELS
        )
        for labels, feed in feeds:
            queue.add_metric(labels, feed.waiting)
            buckets = [
                (_bound(upper), count)
                for upper, count in feed.latency.buckets()
                if _SHORTEST_SECONDS < upper < _LONGEST_SECONDS or math.isinf(upper)
            ]
            latency.add_metric(labels, buckets, feed.latency.sum_seconds)
        yield from (queue, latency)
        for kind, name, text, reading in _WHOLE:
            yield kind(name, text, value=float(reading(readings)))


def registry_of(read: Read) -> CollectorRegistry:
    """Return what Prometheus's own exposition takes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RecordingMetrics(read))
    return registry


def _bound(seconds: float) -> str:
    return "+Inf" if math.isinf(seconds) else f"{seconds:.3g}"
