"""The publications of one boot of an agent that are in files."""

from __future__ import annotations

import contextlib
import fcntl
import heapq
import itertools
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

from ocs_sim.agent._publication import Publication
from ocs_sim.agent._spill_segment import SUFFIX, Segment, read_at, scan

_LOCK = "lock"


class SpilledBoot:
    """A directory of segments, oldest first, of which the files are read when somebody asks."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.segments: list[Segment] = []
        self._unread = sorted(directory.glob(f"*{SUFFIX}"))

    @property
    def boot_id(self) -> str:
        """The boot whose publications these are."""
        return self.directory.name

    @property
    def size_bytes(self) -> int:
        """How much room the files take."""
        return sum(each.size_bytes for each in self.segments) + sum(map(_size, self._unread))

    @property
    def is_empty(self) -> bool:
        """Whether there are no files."""
        return not self.segments and not self._unread

    async def read_files(self, pause: Callable[[], Awaitable[object]]) -> None:
        """See what is in the files, once; `pause` is awaited between two of them."""
        while self._unread:
            await pause()
            # Somebody else may have gone on while this paused.
            path = self._unread.pop(0) if self._unread else None
            if path is not None:
                with contextlib.suppress(OSError):
                    self.segments.append(scan(path))

    def topics(self) -> list[str]:
        """Return the topics of which there are publications."""
        return list(dict.fromkeys(topic for each in tuple(self.segments) for topic in each.topics))

    def bounds(self, topic: str) -> tuple[int, int] | None:
        """Return the number of the first block of a topic, and one past the last; None when there is none."""
        found = [bounds for each in tuple(self.segments) if (bounds := each.bounds(topic)) is not None]
        return (min(first for first, _ in found), max(last for _, last in found) + 1) if found else None

    def read(self, topic: str, from_sequence: int, to_sequence: int) -> Iterator[Publication]:
        """Yield a topic's publications with blocks of these numbers in order, as far as they can be read."""
        places = heapq.merge(
            *[_places(each, topic, from_sequence, to_sequence) for each in tuple(self.segments)],
            key=lambda place: place[0],
        )
        for segment, group in itertools.groupby(places, key=lambda place: place[1]):
            # A file that was removed to make room is gone, as what it had.
            with contextlib.suppress(OSError), segment.path.open("rb") as file:
                for _, _, position in group:
                    publication = read_at(file, position)
                    if publication is not None:
                        yield publication

    def remove_oldest(self) -> None:
        """Remove the oldest file."""
        path = self.segments.pop(0).path if self.segments else self._unread.pop(0)
        path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove everything."""
        for path in (*(each.path for each in self.segments), *self._unread, self.directory / _LOCK):
            with contextlib.suppress(OSError):
                path.unlink()
        self.segments, self._unread = [], []
        with contextlib.suppress(OSError):
            self.directory.rmdir()

    def last_written(self) -> float:
        """Return when something was last written, in unix seconds."""
        paths = (self.directory, *(each.path for each in self.segments), *self._unread)
        with contextlib.suppress(OSError):
            return max(each.stat().st_mtime for each in paths)
        return 0.0


def _places(
    segment: Segment, topic: str, from_sequence: int, to_sequence: int
) -> Iterator[tuple[int, Segment, int]]:
    for first, position in segment.positions(topic, from_sequence, to_sequence):
        yield first, segment, position


def hold(directory: Path) -> int:
    """Return a descriptor that tells others, for as long as it is open, that the boot's process lives.

    Raises OSError when another process holds it.
    """
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_held(directory: Path) -> bool:
    """Tell whether a boot's process lives; also when that cannot be known."""
    try:
        descriptor = os.open(directory / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def boots_in(directory: Path) -> Iterable[Path]:
    """Return the directories of boots, the oldest boot first."""
    found = []
    with contextlib.suppress(OSError):
        for each in directory.iterdir():
            with contextlib.suppress(ValueError):
                found.append((float(each.name), each))
    return [path for _, path in sorted(found)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
