"""What is archived, as it was published: block by block, each run of each publisher in order of sequence."""

from __future__ import annotations

import heapq
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocs_sim.archive._holdings import Part
from ocs_sim.archive._ledger import boot_moment

_VALUES_PER_WINDOW = 2**17
_MOST_WINDOWS = 32


@dataclass(frozen=True, slots=True)
class PublishedBlock:
    """One block: `times` are unix seconds, shape (n,), and so is each field of `data`.

    `sequence` is its number; None from publishers that do not count, and where an older file does not
    tell where one block ends and the next begins: then it is several in one.
    """

    feed_address: str
    boot_id: str
    sequence: int | None
    block: str
    times: NDArray[np.float64]
    data: Mapping[str, NDArray[Any]]


class _Stored:
    """A block of a file; what it takes to cut it into those that were published is read when it is used."""

    def __init__(self, part: Part, runs: int) -> None:
        self.part = part
        self.samples_per_window = max(_VALUES_PER_WINDOW // (1 + len(part.fields)), 1)
        self._runs_left = runs
        self._is_read = False
        self._starts: NDArray[np.int64] | None = None

    @property
    def starts(self) -> NDArray[np.int64] | None:
        """Where each block that was published begins, and where the last ends; None when nobody knows."""
        if not self._is_read:
            counts = self.part.segment.samples_per_block(self.part.block)
            self._starts = None if counts is None else np.concatenate(([0], np.cumsum(counts)))
            self._is_read = True
        return self._starts

    def end_run(self) -> None:
        """Forget it when no run is left."""
        self._runs_left -= 1
        if not self._runs_left:
            self._starts, self._is_read = None, False


@dataclass(slots=True, eq=False)
class _Run:
    """Blocks that were published with numbers in steps; `at` is the next of them to give out."""

    stored: _Stored
    first_block: int
    blocks: int
    first_sample: int
    samples: int
    sequence: int
    step: int
    at: int = 0

    @property
    def next_sequence(self) -> int:
        return self.sequence + self.at * self.step


def as_published(parts: Iterable[Part]) -> Iterator[PublishedBlock]:
    """Yield the blocks, feed by feed, boot by boot, in order of sequence; what is there twice comes twice."""
    feeds: dict[tuple[str, str], list[_Run]] = defaultdict(list)
    for part in parts:
        for boot_id, run in _runs(part):
            feeds[part.block.feed_address, boot_id].append(run)
    order = {key: place for place, key in enumerate(feeds)}
    windows = _Windows()
    for key in sorted(feeds, key=lambda each: (each[0], boot_moment(each[1]), order[each])):
        for run in _merged(feeds[key]):
            yield _published(run, *key, windows)


def _runs(part: Part) -> Iterator[tuple[str, _Run]]:
    table, boots = part.segment.provenance(part.block)
    stored = _Stored(part, len(table))
    first_block = 0
    for row in table:
        sequence, blocks = int(row["first_sequence"]), int(row["blocks"])
        extent = (first_block, blocks, int(row["first_sample"]), int(row["samples"]))
        yield boots[int(row["boot"])], _Run(stored, *extent, sequence, int(row["sequence_step"]))
        first_block += blocks


def _merged(runs: Sequence[_Run]) -> Iterator[_Run]:
    """Yield a run for each of its blocks, in order of sequence over all runs; those without numbers first."""
    waiting = [(run.sequence, place, run) for place, run in enumerate(runs)]
    heapq.heapify(waiting)
    while waiting:
        _, place, run = waiting[0]
        yield run
        run.at += 1
        if run.stored.starts is None or run.at == run.blocks:
            heapq.heappop(waiting)
            run.stored.end_run()
        else:
            heapq.heapreplace(waiting, (run.next_sequence, place, run))


def _published(run: _Run, feed_address: str, boot_id: str, windows: _Windows) -> PublishedBlock:
    part, starts = run.stored.part, run.stored.starts
    sequence = run.next_sequence if run.sequence >= 0 and (starts is not None or run.blocks == 1) else None
    if starts is None:
        samples = slice(run.first_sample, run.first_sample + run.samples)
        blocks = slice(run.first_block, run.first_block + run.blocks)
        times, data = part.segment.window(part.block, part.fields, blocks, samples)
    else:
        times, data = windows.block(run.stored, starts, run.first_block + run.at)
    return PublishedBlock(feed_address, boot_id, sequence, part.block.block, times, data)


class _Windows:
    """Reads many blocks at once, and keeps what was read last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], _Window] = OrderedDict()

    def block(
        self, stored: _Stored, starts: NDArray[np.int64], number: int
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """Return the times and samples of one block."""
        key = (id(stored), int(starts[number]) // stored.samples_per_window)
        window = self._kept.get(key)
        if window is None:
            window = self._kept[key] = _Window(stored, starts, number)
            if len(self._kept) > _MOST_WINDOWS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return window.block(starts, number)


class _Window:
    """All blocks that begin in the same stretch of samples of a file."""

    def __init__(self, stored: _Stored, starts: NDArray[np.int64], number: int) -> None:
        # Kept, so that no other can have its identity meanwhile.
        self._stored = stored
        stretch = int(starts[number]) // stored.samples_per_window
        edges = np.array([stretch, stretch + 1]) * stored.samples_per_window
        first, end = np.searchsorted(starts[:-1], edges, side="left").tolist()
        self._first_sample = int(starts[first])
        samples = slice(self._first_sample, int(starts[end]))
        part = stored.part
        self._times, self._data = part.segment.window(part.block, part.fields, slice(first, end), samples)

    def block(
        self, starts: NDArray[np.int64], number: int
    ) -> tuple[NDArray[np.float64], dict[str, NDArray[Any]]]:
        """Return the times and samples of one block."""
        begin, end = (int(starts[at]) - self._first_sample for at in (number, number + 1))
        return self._times[begin:end], {name: values[begin:end] for name, values in self._data.items()}
