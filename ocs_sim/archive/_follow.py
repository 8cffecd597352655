"""Yields what a recorder writes, as it writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ocs_sim.archive._data import HousekeepingData
from ocs_sim.archive._errors import ArchiveError
from ocs_sim.archive._join import join
from ocs_sim.archive._live_journal import LiveJournal
from ocs_sim.archive._paths import journals, sealed_files
from ocs_sim.archive._sealed_file import OpenFiles, SealedFile
from ocs_sim.archive._segments import Segment


class Follower:
    """Remembers what it has seen; `poll` returns what is new.

    An open journal can be read to its end after it was sealed and removed; a journal that came and
    went between two polls is read from its sealed file.
    """

    def __init__(self, directory: Path, matches: Callable[[str], bool]) -> None:
        """Start behind everything that is there now."""
        self._directory = directory
        self._matches = matches
        self._files = OpenFiles()
        self._open: dict[Path, LiveJournal] = {}
        self._counts: dict[Path, list[int]] = {}
        self._identities: set[str] = set()
        self._appeared()
        for path, journal in self._open.items():
            self._counts[path] = journal.counts()
        self._sealed = set(sealed_files(directory))

    def poll(self) -> HousekeepingData:
        """Return the samples that came since the last call, empty when none did."""
        gone = self._appeared()
        parts: list[Segment] = []
        for path, journal in self._open.items():
            counts = self._counts.get(path, [])
            if journal.counts() != counts:
                parts.append(journal.since(counts))
                self._counts[path] = journal.counts()
        for path in gone:
            self._open.pop(path).close()
            self._counts.pop(path, None)
        return join([*self._sealed_unseen(), *parts], self._matches, -np.inf, np.inf)

    def close(self) -> None:
        """Close every file."""
        self._files.close()
        while self._open:
            self._open.popitem()[1].close()

    def _appeared(self) -> list[Path]:
        found = journals(self._directory)
        for path in found:
            try:
                self._open.setdefault(path, self._open.get(path) or LiveJournal(path))
            except FileNotFoundError:
                continue
        for journal in self._open.values():
            journal.refresh()
            self._identities.add(journal.journal_id)
        return [path for path in self._open if path not in found]

    def _sealed_unseen(self) -> list[Segment]:
        unseen: list[Segment] = []
        for path in sealed_files(self._directory):
            if path in self._sealed:
                continue
            self._sealed.add(path)
            try:
                file = SealedFile(path, self._files)
            except ArchiveError:
                continue
            if file.journal_id not in self._identities:
                unseen.append(file)
        return unseen
