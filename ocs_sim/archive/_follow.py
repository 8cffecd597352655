"""Yields what a recorder writes, as it writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ocs_sim.archive._data import HousekeepingData
from ocs_sim.archive._errors import ArchiveError
from ocs_sim.archive._holdings import parts
from ocs_sim.archive._join import join
from ocs_sim.archive._listing import Listing, Look
from ocs_sim.archive._live_journal import LiveJournal
from ocs_sim.archive._sealed_file import OpenFiles, SealedFile
from ocs_sim.archive._segments import Segment


class Follower:
    """Remembers what it has seen; `poll` returns what is new.

    An open journal can be read to its end after it was sealed and removed; a journal that came and
    went between two polls is read from its sealed file. Repacked files hold nothing new.
    """

    def __init__(self, directory: Path, matches: Callable[[str], bool]) -> None:
        """Start behind everything that is there now."""
        self._directory = directory
        self._matches = matches
        self._listing = Listing(directory)
        self._files = OpenFiles()
        self._open: dict[Path, LiveJournal] = {}
        self._counts: dict[Path, list[int]] = {}
        self._identities: set[str] = set()
        look = self._listing.look()
        self._appeared(look)
        for path, journal in self._open.items():
            self._counts[path] = journal.counts()
        # What a journal that went since the look held is behind us, too.
        self._sealed = {*look.sealed, *self._listing.look().sealed}

    def poll(self) -> HousekeepingData:
        """Return the samples that came since the last call, empty when none did."""
        look = self._listing.look()
        gone = self._appeared(look)
        found: list[Segment] = []
        for path, journal in self._open.items():
            counts = self._counts.get(path, [])
            if journal.counts() != counts:
                found.append(journal.since(counts))
                self._counts[path] = journal.counts()
        for path in gone:
            self._open.pop(path).close()
            self._counts.pop(path, None)
        return join(parts([*self._sealed_unseen(look), *found], self._matches))

    def close(self) -> None:
        """Close every file."""
        self._files.close()
        while self._open:
            self._open.popitem()[1].close()

    def _appeared(self, look: Look) -> list[Path]:
        found = [self._directory / name for name in look.journals]
        for path in found:
            try:
                self._open.setdefault(path, self._open.get(path) or LiveJournal(path))
            except FileNotFoundError:
                continue
        for journal in self._open.values():
            journal.refresh()
            self._identities.add(journal.journal_id)
        return [path for path in self._open if path not in found]

    def _sealed_unseen(self, look: Look) -> list[Segment]:
        unseen: list[Segment] = []
        for name in look.sealed:
            if name in self._sealed:
                continue
            self._sealed.add(name)
            try:
                file = SealedFile(self._directory / name, self._files)
            except ArchiveError:
                continue
            if file.journal_id not in self._identities and not file.supersedes:
                unseen.append(file)
        return unseen
