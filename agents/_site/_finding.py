"""Finding images that nobody told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ocs_sim.clock import Clock
from ocs_sim.images import ImageName, NotAnImageName

_RAW = 0
_NANOSECONDS = 1_000_000_000
# What is written in the same moment as a folder is read may leave its time as it was.
_UNSURE_SECONDS = 2


class Finder:
    """Looks for raw images in directories and in their folders, each `period_seconds`; raises OSError.

    A folder that has not changed since it was read is not read again.
    """

    def __init__(self, directories: Sequence[Path], period_seconds: float, clock: Clock) -> None:
        self._directories = directories
        self._period = period_seconds
        self._clock = clock
        self._next: float | None = None
        self._read: dict[Path, int] = {}

    def find(self) -> list[Path]:
        """Return the images in what has changed, if it is time to look; all the first time."""
        now = self._clock.monotonic()
        if self._next is not None and now < self._next:
            return []
        found = [
            path for each in self._directories for folder in _folders(each) for path in self._images(folder)
        ]
        self._next = now + self._period
        return found

    def forget(self) -> None:
        """Have everything looked at again, since what was found last got lost."""
        self._next = None
        self._read.clear()

    def _images(self, folder: Path) -> Iterator[Path]:
        changed, now = folder.stat().st_mtime_ns, int(self._clock.time())
        if self._read.get(folder) == changed:
            return
        yield from (each for each in folder.iterdir() if is_raw_image(each))
        if changed < (now - _UNSURE_SECONDS) * _NANOSECONDS:
            self._read[folder] = changed


def is_raw_image(path: Path) -> bool:
    """Return whether a file is called as cameras' FITS files are."""
    with suppress(NotAnImageName):
        name = ImageName.parse(path)
        return name.level == _RAW and name.extension.startswith("fits")
    return False


def _folders(directory: Path) -> Iterator[Path]:
    if directory.is_dir():
        yield directory
        yield from (each for each in directory.iterdir() if each.is_dir() and not each.name.startswith("."))
