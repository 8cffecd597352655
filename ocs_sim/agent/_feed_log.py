"""What a publication log keeps of one feed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from ocs_sim.agent._counters import FeedCounters
from ocs_sim.agent._publication import Publication

_COMPACT_AFTER = 1024
_GONE = Publication("", b"", -1, -1)
_last = attrgetter("last_sequence")


class FeedLog:
    """The kept publications of one feed, oldest first, found by the numbers of their blocks.

    `next_sent` is one past the number of the last block that the router was given, or refused, or that made
    room for others before.
    """

    def __init__(self) -> None:
        self.counters = FeedCounters()
        self.next_sent = 0
        self._kept: list[Publication] = []
        # Taking from the front of a list costs its length; the slots before this one are done with.
        self._front = 0

    @property
    def oldest_sent(self) -> int:
        """The number of the first block that was sent and is still kept; `next_sent` when there is none."""
        if self._front == len(self._kept):
            return self.next_sent
        return min(self._kept[self._front].first_sequence, self.next_sent)

    def append(self, publication: Publication) -> None:
        """Keep a publication."""
        self._kept.append(publication)

    def remove_oldest(self) -> None:
        """Forget the oldest publication."""
        self._kept[self._front] = _GONE
        self._front += 1
        if self._front >= _COMPACT_AFTER and 2 * self._front >= len(self._kept):
            del self._kept[: self._front]
            self._front = 0

    def remove(self, publication: Publication) -> None:
        """Forget a publication, wherever it is."""
        index = self._find(publication.last_sequence)
        if index < len(self._kept) and self._kept[index] is publication:
            del self._kept[index]

    def sent(self, from_sequence: int) -> Iterator[Publication]:
        """Yield the publications that were sent and have a block of this number or later, oldest first."""
        for index in range(self._find(from_sequence), len(self._kept)):
            if self._kept[index].first_sequence >= self.next_sent:
                return
            yield self._kept[index]

    def _find(self, sequence: int) -> int:
        return bisect_left(self._kept, sequence, lo=self._front, key=_last)
