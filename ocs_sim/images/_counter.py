"""The numbers of images, which never repeat."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ocs_sim.images._atomic import whole_file
from ocs_sim.images._errors import CounterDamaged, CounterExhausted, NotAnImageName, NotWritten
from ocs_sim.images._names import HIGHEST_NUMBER, ImageName


class ImageCounter:
    """Counts the images of each camera of a site from 1, in hidden files of a directory.

    A number is on the disk before it is given out, so that a killed process at most skips one. Processes
    that share the directory get different numbers. Without its file it goes on after the highest number
    among the images in the directory and below it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = Path(directory)

    def next(self, site: str, instrument: str) -> int:
        """Return the next number; raises CounterExhausted, CounterDamaged, NotWritten."""
        path = self._directory / f".{site}-{instrument}.count"
        with self._locked(path):
            number = self._last(path, site, instrument) + 1
            if number > HIGHEST_NUMBER:
                raise CounterExhausted(site=site, instrument=instrument, path=path)
            with whole_file(path, overwrite=True) as file:
                file.write(f"{number:08d}\n".encode())
        return number

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        try:
            lock = path.with_suffix(".lock").open("ab")
        except OSError as error:
            raise NotWritten(path=path, reason=error.strerror or str(error)) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _last(self, path: Path, site: str, instrument: str) -> int:
        try:
            text = path.read_text("ascii", "replace").strip()
        except FileNotFoundError:
            return max(self._numbers(site, instrument), default=0)
        if not (text.isascii() and text.isdigit()):
            raise CounterDamaged(path=path, text=text)
        return int(text)

    def _numbers(self, site: str, instrument: str) -> Iterator[int]:
        for path in self._directory.rglob(f"{site}-{instrument}-*"):
            with suppress(NotAnImageName):
                yield ImageName.parse(path).number
