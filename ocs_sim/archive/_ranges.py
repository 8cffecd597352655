"""A set of whole numbers, kept as the few ranges that it consists of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

Range = tuple[int, int]


class Ranges:
    """Numbers from 0 on, as ranges that neither touch nor overlap, in order. Not thread-safe.

    Adding the number that follows the largest costs the same however many there are.
    """

    __slots__ = ("ends", "starts")

    def __init__(self) -> None:
        # Of each range: its first number, and one past its last.
        self.starts: list[int] = []
        self.ends: list[int] = []

    def __len__(self) -> int:
        return len(self.starts)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.starts, number) - 1
        return at >= 0 and number < self.ends[at]

    @property
    def end(self) -> int:
        """One past the largest number, 0 when there is none."""
        return self.ends[-1] if self.ends else 0

    def add(self, number: int) -> bool:
        """Add one number; tell whether it is new."""
        if number in self:
            return False
        self.add_range(number, number)
        return True

    def add_range(self, first: int, last: int) -> None:
        """Add all numbers from `first` to `last`."""
        end = last + 1
        low = bisect_right(self.starts, first) - 1
        if low < 0 or self.ends[low] < first:
            low += 1
        high = bisect_right(self.starts, end)
        if low < high:
            first, end = min(first, self.starts[low]), max(end, self.ends[high - 1])
        self.starts[low:high] = [first]
        self.ends[low:high] = [end]

    def absent(self, first: int, upto: int) -> list[Range]:
        """Return the ranges, last number included, of what is not here from `first` to below `upto`."""
        holes = []
        at = max(bisect_right(self.starts, first) - 1, 0)
        while first < upto and at < len(self.starts):
            start, end = self.starts[at], self.ends[at]
            if first < start:
                holes.append((first, min(start, upto) - 1))
            first = max(first, end)
            at += 1
        if first < upto:
            holes.append((first, upto - 1))
        return holes

    def forget_below(self, number: int) -> None:
        """Remove every number below `number`."""
        keep = bisect_right(self.ends, number)
        del self.starts[:keep], self.ends[:keep]
        if self.starts:
            self.starts[0] = max(self.starts[0], number)

    def flat(self) -> list[int]:
        """Return first, last, first, last, ..., for `of_flat`."""
        return [number for first, last in self for number in (first, last)]

    def add_flat(self, flat: list[int]) -> None:
        """Add what `flat` returned."""
        for first, last in zip(flat[::2], flat[1::2], strict=True):
            self.add_range(first, last)

    def __iter__(self) -> Iterator[Range]:
        return iter([(start, end - 1) for start, end in zip(self.starts, self.ends, strict=True)])
