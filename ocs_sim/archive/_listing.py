"""Which files a directory has, told so that no sample is missed or met twice while files come and go."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ocs_sim.archive._paths import JOURNAL, SEALED

# A directory that changed this lately may change again without its time of modification telling so.
_RECENT_NS = 2_000_000_000
_MOST_LOOKS = 20


class Stamp(NamedTuple):
    """What tells that a file is still the one that was read."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int


class Look(NamedTuple):
    """What was there at one moment, oldest name first, as paths from the archive's directory."""

    journals: tuple[str, ...]
    sealed: tuple[str, ...]


class Listing:
    """Lists an archive; folders that did not change since the last look are not read again."""

    def __init__(self, directory: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self.directory = directory
        self.unreadable: dict[Path, str] = {}
        self._now_ns = now_ns
        self._days: dict[str, tuple[int, Look]] = {}

    def look(self) -> Look:
        """Return the journals and the sealed files.

        A folder may be listed while one file takes the place of others in it: the new name is missed,
        and some of the old ones too. The next listing has the new one, so two that are equal are whole.
        """
        look = self._once()
        for _ in range(_MOST_LOOKS):
            look, previous = self._once(), look
            if look == previous:
                break
        return look

    def stamps(self, names: tuple[str, ...]) -> dict[str, Stamp]:
        """Return the stamps of files; raises FileNotFoundError when one has gone since the look."""
        base = f"{self.directory}{os.sep}"
        return {name: stamp_of(base + name) for name in names}

    def _once(self) -> Look:
        self.unreadable.clear()
        try:
            days = [entry.name for entry in os.scandir(self.directory) if entry.name.isdecimal()]
        except (FileNotFoundError, NotADirectoryError):
            return Look((), ())
        looks = [self._day(day) for day in days]
        self._days = {day: self._days[day] for day in days if day in self._days}
        return Look(
            tuple(sorted((name for look in looks for name in look.journals), key=_age)),
            tuple(sorted((name for look in looks for name in look.sealed), key=_age)),
        )

    def _day(self, day: str) -> Look:
        folder = self.directory / day
        try:
            modified = folder.stat().st_mtime_ns
            known = self._days.get(day)
            if known and known[0] == modified and self._now_ns() - modified > _RECENT_NS:
                return known[1]
            names = os.listdir(folder)  # noqa: PTH208, a Path for each takes five times as long
        except (FileNotFoundError, NotADirectoryError):
            return Look((), ())
        except OSError as error:
            self.unreadable[folder] = f"{folder} cannot be read: {error.strerror}"
            return Look((), ())
        visible = [f"{day}/{name}" for name in names if not name.startswith(".")]
        look = Look(
            tuple(name for name in visible if name.endswith(JOURNAL)),
            tuple(name for name in visible if name.endswith(SEALED)),
        )
        self._days[day] = (modified, look)
        return look


def stamp_of(path: str | Path) -> Stamp:
    """Return a file's stamp; raises OSError."""
    found = os.stat(path)  # noqa: PTH116, a Path for each takes twice as long
    if not stat.S_ISREG(found.st_mode):
        return Stamp(-1, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _age(name: str) -> tuple[int, str]:
    file = name.rpartition("/")[2]
    stem = file.rpartition(".")[0]
    return (int(stem) if stem.isdecimal() else 0, file)
