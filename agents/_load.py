"""Blocks for load tests: what is in them is known beforehand, and making them costs next to nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ocs_sim.agent import Publisher
from ocs_sim.clock import Clock

BLOCK = "load"
_SAMPLES_AT_ONCE = 4096
# The grid of timestamps of a run that is not paced.
_UNPACED_SAMPLES_PER_SECOND = 1e6
# The loop is needed by those who send what is published: it gets a turn after so long, or so many.
_SLICE_SECONDS = 0.004
_BLOCKS_PER_SLICE = 256
_TICK_SECONDS = 0.01
_STALLED_SECONDS = 0.005
_MOST_WAITING_BYTES = 16 * 2**20

Samples = tuple[Sequence[float], dict[str, Sequence[float]]]


@dataclass(frozen=True)
class LoadPlan:
    """What a run publishes: sample n of field k is n + k, taken at origin + n / `samples_per_second`.

    `blocks_per_second` of 0 is no pace; `most_blocks` of 0 is no end.
    """

    fields: int
    samples_per_block: int
    blocks_per_second: float
    arrays: bool = False
    most_blocks: int = 0

    @property
    def samples_per_second(self) -> float:
        """How close the timestamps of each field are; a microsecond without a pace."""
        return self.samples_per_block * self.blocks_per_second or _UNPACED_SAMPLES_PER_SECOND

    def due(self, elapsed_seconds: float) -> float:
        """Return how many blocks are complete by now: those whose last sample is in the past."""
        most = self.most_blocks or math.inf
        if not self.blocks_per_second:
            return most
        # A tick that is exact but for the last bit of a float is exact.
        return min(most, int(elapsed_seconds * self.blocks_per_second + 1e-6))

    def blocks(self, origin: float) -> Iterator[Samples]:
        """Yield timestamps and columns of one block after the other, for ever.

        Each is a slice of a run of numbers that is made at once for many blocks: field k is the same
        run, k further on. They are lists or, with `arrays`, float64 arrays of shape (samples_per_block,).
        """
        size = self.samples_per_block
        at_once = max(1, _SAMPLES_AT_ONCE // size) * size
        names = [(number, f"field_{number:03d}") for number in range(self.fields)]
        first = 0
        while True:
            times, numbers = self._numbers(origin, first, at_once)
            for begin in range(0, at_once, size):
                end = begin + size
                yield times[begin:end], {name: numbers[begin + k : end + k] for k, name in names}
            first += at_once

    def _numbers(self, origin: float, first: int, samples: int) -> tuple[Any, Any]:
        rate, end = self.samples_per_second, first + samples + self.fields
        if self.arrays:
            import numpy as np  # an agent that only makes up temperatures does without

            array = np.arange(first, end, dtype=np.float64)
            return origin + array[:samples] / rate, array
        numbers = [float(number) for number in range(first, end)]
        return [origin + number / rate for number in numbers[:samples]], numbers


class LoadRun:
    """One run: publishes what is due, and says how long there is nothing to do."""

    def __init__(self, plan: LoadPlan, publisher: Publisher, clock: Clock) -> None:
        self._plan = plan
        self._publisher = publisher
        self._clock = clock
        self._began = self._ticked = clock.monotonic()
        self._origin = clock.time()
        self._blocks = plan.blocks(self._origin)
        self._published = 0

    @property
    def is_done(self) -> bool:
        """Whether all blocks that were asked for are published."""
        return self._published == self._plan.most_blocks > 0

    def publish_due(self) -> None:
        """Publish the blocks that are due, or as many of them as fit into a turn of the loop."""
        self._ticked = now = self._clock.monotonic()
        if self._is_stalled():
            return
        left = min(_BLOCKS_PER_SLICE, self._plan.due(now - self._began) - self._published)
        while left > 0 and self._clock.monotonic() - now < _SLICE_SECONDS:
            times, columns = next(self._blocks)
            self._publisher.publish_block(BLOCK, columns, timestamps=times)
            self._published += 1
            left -= 1

    def seconds_to_wait(self) -> float:
        """Return how long until there are blocks to publish again."""
        if self._is_stalled():
            return _STALLED_SECONDS
        now, rate = self._clock.monotonic(), self._plan.blocks_per_second
        if self._plan.due(now - self._began) > self._published:
            return 0.0
        return max(0.0, self._ticked + _TICK_SECONDS - now, self._began + (self._published + 1) / rate - now)

    def report(self) -> dict[str, Any]:
        """Return what the session shows."""
        plan, due = self._plan, self._plan.due(self._clock.monotonic() - self._began)
        return {
            "feed": self._publisher.info.address,
            "origin": self._origin,
            "published": self._published,
            "samples": self._published * plan.samples_per_block * plan.fields,
            "sequence": self._publisher.blocks_published - 1,
            "behind": int(due) - self._published if plan.blocks_per_second else 0,
            "waiting_bytes": self._publisher.waiting_bytes,
        }

    def _is_stalled(self) -> bool:
        return not self._plan.blocks_per_second and self._publisher.waiting_bytes > _MOST_WAITING_BYTES
