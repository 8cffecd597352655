"""What an agent has published on its recorded feeds, to be sent, and to be sent again to those who ask."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from ocs_sim.agent._counters import FeedCounters
from ocs_sim.agent._feed_log import FeedLog
from ocs_sim.agent._publication import Publication

DEFAULT_CAPACITY_BYTES = 64 * 2**20


class PublicationLog:
    """One sequence of publications with a cursor: those before it were sent, the others wait.

    When it is full the oldest go, sent or not. `put` and the properties are for any thread, `take` and
    `give_back` for the one that sends.
    """

    def __init__(self, capacity_bytes: int = DEFAULT_CAPACITY_BYTES) -> None:
        self._capacity = capacity_bytes
        self._lock = threading.Lock()
        self._sent: deque[Publication] = deque()
        self._waiting: deque[Publication] = deque()
        self._feeds: dict[str, FeedLog] = {}
        self._size = 0
        self._waiting_bytes = 0
        self._waiting_blocks = 0
        self._dropped_blocks = 0

    @property
    def size_bytes(self) -> int:
        """How much memory it takes."""
        return self._size

    @property
    def waiting_bytes(self) -> int:
        """How much of that waits to be sent."""
        return self._waiting_bytes

    @property
    def waiting_blocks(self) -> int:
        """How many blocks wait to be sent."""
        return self._waiting_blocks

    @property
    def dropped_blocks(self) -> int:
        """How many blocks were given up before they were sent."""
        return self._dropped_blocks

    def put(self, publication: Publication) -> None:
        """Append a publication; the oldest ones make room for it."""
        size, blocks = publication.size_bytes, publication.blocks
        with self._lock:
            feed = self._feed(publication.topic)
            feed.append(publication)
            feed.counters.published += blocks
            feed.counters.bytes += len(publication.packed)
            self._size += size
            self._waiting.append(publication)
            self._count_waiting(feed, blocks, size)
            while self._size > self._capacity and len(self._sent) + len(self._waiting) > 1:
                self._evict()

    def take(self) -> Publication | None:
        """Return the next publication that waits, and take it for sent; None when there is none."""
        with self._lock:
            if not self._waiting:
                return None
            publication = self._waiting.popleft()
            self._sent.append(publication)
            feed = self._feed(publication.topic)
            self._count_waiting(feed, -publication.blocks, -publication.size_bytes)
            feed.next_sent = publication.last_sequence + 1
            return publication

    def give_back(self, publication: Publication) -> None:
        """Let the publication that was taken last wait again: it could not be sent."""
        with self._lock:
            feed = self._feed(publication.topic)
            if not self._sent or self._sent[-1] is not publication:
                # Others needed its room meanwhile.
                self._count_dropped(feed, publication)
                return
            feed.next_sent = publication.first_sequence
            self._waiting.appendleft(self._sent.pop())
            self._count_waiting(feed, publication.blocks, publication.size_bytes)

    def give_up(self, publication: Publication) -> None:
        """Forget the publication that was taken last: it never can be sent."""
        with self._lock:
            feed = self._feed(publication.topic)
            # Although it may be in a file: whoever asks for it will not get it over the same router.
            self._count_dropped(feed, publication._replace(spilled=False))
            if self._sent and self._sent[-1] is publication:
                self._sent.pop()
                feed.remove(publication)
                self._size -= publication.size_bytes

    def waiting(self) -> list[Publication]:
        """Return what waits, oldest first."""
        with self._lock:
            return list(self._waiting)

    def sent(
        self, topic: str, from_sequence: int, to_sequence: int | None, most_bytes: int
    ) -> tuple[list[Publication], bool]:
        """Return what was sent on a topic with blocks of these numbers, and whether that is not all.

        At least one publication is returned, if there is any, and no more than fit into `most_bytes`.
        """
        chosen: list[Publication] = []
        with self._lock:
            for each in self._feed(topic).sent(from_sequence):
                if to_sequence is not None and each.first_sequence > to_sequence:
                    break
                most_bytes -= each.size_bytes
                if chosen and most_bytes < 0:
                    return chosen, True
                chosen.append(each)
        return chosen, False

    def bounds(self, topic: str) -> tuple[int, int]:
        """Return the number of the first sent block of a topic that is kept, and one past the last."""
        with self._lock:
            feed = self._feed(topic)
            return feed.oldest_sent, feed.next_sent

    def counters(self, topic: str) -> FeedCounters:
        """Return what has become of the blocks of a topic."""
        with self._lock:
            return replace(self._feed(topic).counters)

    def next_sent(self) -> Mapping[str, int]:
        """Return one past the last block that was sent, for each topic."""
        with self._lock:
            return {topic: feed.next_sent for topic, feed in self._feeds.items()}

    def _feed(self, topic: str) -> FeedLog:
        feed = self._feeds.get(topic)
        if feed is None:
            feed = self._feeds[topic] = FeedLog()
        return feed

    def _evict(self) -> None:
        was_sent = bool(self._sent)
        oldest = (self._sent or self._waiting).popleft()
        feed = self._feed(oldest.topic)
        feed.remove_oldest()
        self._size -= oldest.size_bytes
        if not was_sent:
            # Heartbeats tell of it: nobody else would, if nothing were published on this feed any more.
            feed.next_sent = oldest.last_sequence + 1
            self._count_waiting(feed, -oldest.blocks, -oldest.size_bytes)
            self._count_dropped(feed, oldest)

    def _count_waiting(self, feed: FeedLog, blocks: int, size_bytes: int) -> None:
        feed.counters.waiting += blocks
        self._waiting_blocks += blocks
        self._waiting_bytes += size_bytes

    def _count_dropped(self, feed: FeedLog, publication: Publication) -> None:
        # What is in a file too can still be asked for.
        if not publication.spilled:
            feed.counters.dropped += publication.blocks
            self._dropped_blocks += publication.blocks
