"""Which blocks are recorded, by their sequence numbers: what is there twice, and what is missing."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from ocs_sim.archive._ranges import Range, Ranges

_MOST_BOOTS = 64
_MOST_RANGES = 50_000


class _Boot:
    """The numbers of one feed of one run of its publisher; of those below `floor` nothing is known."""

    __slots__ = ("floor", "given_up", "recorded")

    def __init__(self) -> None:
        self.recorded = Ranges()
        self.given_up = Ranges()
        self.floor = 0

    def add(self, sequence: int) -> bool:
        if sequence < self.floor:
            return True
        is_new = self.recorded.add(sequence)
        if len(self.recorded) > _MOST_RANGES:
            self.raise_floor(self.recorded.starts[len(self.recorded) // 2])
        return is_new

    def raise_floor(self, floor: int) -> None:
        if floor > self.floor:
            self.floor = floor
            self.recorded.forget_below(floor)
            self.given_up.forget_below(floor)

    def holes(self, first: int, upto: int) -> list[Range]:
        # Few are ever given up.
        absent = self.recorded.absent(max(first, self.floor), upto)
        if not len(self.given_up):
            return absent
        return [hole for start, last in absent for hole in self.given_up.absent(start, last + 1)]

    def encode(self) -> list[Any]:
        return [self.floor, self.recorded.flat(), self.given_up.flat()]

    def merge(self, floor: int, recorded: list[int], given_up: list[int]) -> None:
        self.recorded.add_flat(recorded)
        self.given_up.add_flat(given_up)
        floor, self.floor = max(floor, self.floor), 0
        self.raise_floor(floor)


class Ledger:
    """The sequence numbers that an archive has of each feed and boot, and those that it has given up.

    Thread-safe. `since` is the unix time at which the archive was begun. What it knows is bounded: of
    each feed the latest boots are kept; of one that was forgotten no hole is reported any more.
    """

    def __init__(self, since: float = math.inf, *, most_boots: int = _MOST_BOOTS) -> None:
        self.since = since
        self._most_boots = most_boots
        self._boots: dict[tuple[str, str], _Boot] = {}
        self._order: dict[str, list[str]] = {}
        self._forgotten: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, feed_address: str, boot_id: str, sequence: int) -> bool:
        """Note a block; return whether it is new. A block that had been given up is new."""
        with self._lock:
            boot = self._boots.get((feed_address, boot_id)) or self._meet(feed_address, boot_id)
            ends = boot.recorded.ends
            if ends and ends[-1] == sequence:
                ends[-1] = sequence + 1
                return True
            return boot.add(sequence)

    def add_run(self, feed_address: str, boot_id: str, first: int, last: int) -> None:
        """Note all blocks from `first` to `last`."""
        with self._lock:
            boot = self._boots.get((feed_address, boot_id)) or self._meet(feed_address, boot_id)
            if last >= boot.floor:
                boot.recorded.add_range(max(first, boot.floor), last)

    def has(self, feed_address: str, boot_id: str, sequence: int) -> bool:
        """Tell whether a block is recorded."""
        with self._lock:
            boot = self._boots.get((feed_address, boot_id))
            return boot is not None and sequence in boot.recorded

    def next(self, feed_address: str, boot_id: str) -> int:
        """Return one past the largest number that was recorded or given up; 0 for a boot never heard of."""
        with self._lock:
            boot = self._boots.get((feed_address, boot_id))
            return max(boot.recorded.end, boot.given_up.end, boot.floor) if boot else 0

    def holes(self, feed_address: str, boot_id: str, upto: int) -> list[Range]:
        """Return (first, last) of what is neither recorded nor given up below `upto`, in order.

        A boot never heard of is one hole, from 0 on.
        """
        with self._lock:
            boot = self._boots.get((feed_address, boot_id))
            if boot is None and self._is_forgotten(feed_address, boot_id):
                return []
            return (boot or _Boot()).holes(0, upto)

    def give_up(self, feed_address: str, boot_id: str, first: int, last: int) -> list[Range]:
        """Expect the blocks from `first` to `last` no longer; return those that were not recorded."""
        with self._lock:
            boot = self._boots.get((feed_address, boot_id)) or self._meet(feed_address, boot_id)
            holes = boot.holes(first, last + 1)
            for hole in holes:
                boot.given_up.add_range(*hole)
            return holes

    def boots(self, feed_address: str) -> list[str]:
        """Return the boots of a feed that are known, in the order in which they were met."""
        with self._lock:
            return list(self._order.get(feed_address, ()))

    def feeds(self) -> list[str]:
        """Return the addresses of all feeds."""
        with self._lock:
            return list(self._order)

    def merge(self, other: Ledger) -> None:
        """Add all that another ledger knows."""
        self.merge_encoded(other.encode())

    def merge_encoded(self, encoded: Mapping[str, Any]) -> None:
        """Add what `encode` returned; raises ValueError, TypeError or KeyError when it is not that."""
        feeds: Mapping[str, Sequence[Any]] = encoded["feeds"]
        with self._lock:
            self.since = min(self.since, _time(encoded["since"]))
            for feed_address, forgotten in encoded["forgotten"].items():
                self._forget_until(feed_address, float(forgotten))
            for feed_address, boots in feeds.items():
                for boot_id, floor, recorded, given_up in boots:
                    boot = self._boots.get((feed_address, boot_id)) or self._meet(feed_address, boot_id)
                    boot.merge(floor, recorded, given_up)

    def encode(self) -> dict[str, Any]:
        """Return all of it, for msgpack or JSON: ranges are first, last, first, last, ..."""
        with self._lock:
            feeds = {
                feed: [[boot, *self._boots[feed, boot].encode()] for boot in boots]
                for feed, boots in self._order.items()
            }
            since = self.since if math.isfinite(self.since) else None
            return {"since": since, "forgotten": dict(self._forgotten), "feeds": feeds}

    @classmethod
    def decode(cls, encoded: Mapping[str, Any]) -> Ledger:
        """Return the ledger that was encoded."""
        ledger = cls()
        ledger.merge_encoded(encoded)
        return ledger

    def _meet(self, feed_address: str, boot_id: str) -> _Boot:
        boot = self._boots[feed_address, boot_id] = _Boot()
        order = self._order.setdefault(feed_address, [])
        order.append(boot_id)
        if len(order) > self._most_boots:
            oldest = min(order[:-1], key=lambda known: (boot_moment(known), order.index(known)))
            order.remove(oldest)
            del self._boots[feed_address, oldest]
            self._forget_until(feed_address, boot_moment(oldest))
        return boot

    def _forget_until(self, feed_address: str, moment: float) -> None:
        if math.isfinite(moment):
            self._forgotten[feed_address] = max(moment, self._forgotten.get(feed_address, moment))

    def _is_forgotten(self, feed_address: str, boot_id: str) -> bool:
        return boot_moment(boot_id) <= self._forgotten.get(feed_address, -math.inf)


def boot_moment(boot_id: str) -> float:
    """Return the unix time at which a run of an agent began, infinite when its boot id does not tell."""
    try:
        moment = float(boot_id)
    except ValueError:
        return math.inf
    return moment if math.isfinite(moment) else math.inf


def _time(moment: float | None) -> float:
    return math.inf if moment is None else float(moment)
