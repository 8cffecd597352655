"""Readings as session data: round figures, since browsers fetch them every second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.collect._readings import Counted, Readings

_COUNTS = (
    "published", "received", "replayed", "duplicate", "lost", "dropped", "samples", "bytes", "waiting",
)  # fmt: skip


class FeedTable:
    """Turns counters into `{feed_address: {"published", ..., "blocks_per_second"}}`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at = clock.monotonic()
        self._archived: Mapping[str, int] = {}

    def rows(self, readings: Readings) -> dict[str, dict[str, Any]]:
        """Return a row for each feed; `blocks_per_second` is since the rows were last asked for."""
        now = self._clock.monotonic()
        seconds = now - self._at
        archived = {address: feed.received + feed.replayed for address, feed in readings.feeds.items()}
        rows = {}
        for address, feed in readings.feeds.items():
            new = archived[address] - self._archived.get(address, 0)
            rows[address] = {
                **_row(feed),
                "blocks_per_second": round_figure(new / seconds if seconds > 0 else 0.0),
            }
        self._at, self._archived = now, archived
        return rows


def _row(feed: Counted) -> dict[str, Any]:
    counts: dict[str, Any] = {name: getattr(feed, name) for name in _COUNTS}
    for percent in (50, 99):
        seconds = feed.latency.quantile(percent / 100)
        counts[f"latency_p{percent}_ms"] = None if seconds is None else round_figure(seconds * 1000)
    return counts


def round_figure(value: float) -> float:
    """Return three digits of it: 0.123, 12.3, 1230."""
    rounded = float(f"{value:.3g}")
    return int(rounded) if rounded.is_integer() else rounded
