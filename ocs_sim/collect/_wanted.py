"""The ledger without the feeds that nobody archives."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ocs_sim.collect._ports import Holes


class Wanted:
    """What a ledger misses, but of the feeds that are not archived."""

    def __init__(self, ledger: Holes, excluded: Container[tuple[str, str]]) -> None:
        self._ledger = ledger
        self._excluded = excluded
        self.since = ledger.since
        self.feeds = ledger.feeds
        self.boots = ledger.boots
        self.next = ledger.next
        self.give_up = ledger.give_up

    def holes(self, feed_address: str, boot_id: str, upto: int) -> Sequence[tuple[int, int]]:
        """Return the ranges that are missing."""
        if (feed_address, boot_id) in self._excluded:
            return ()
        return self._ledger.holes(feed_address, boot_id, upto)
