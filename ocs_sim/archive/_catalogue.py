"""Which files an archive has at this moment: each sample in exactly one of them."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.archive._errors import ArchiveError, FileVanished
from ocs_sim.archive._holdings import Holdings, Table
from ocs_sim.archive._listing import Listing, Look
from ocs_sim.archive._live_journal import LiveJournal
from ocs_sim.archive._sealed_files import SealedFiles

_MOST_LOOKS = 20


class Catalogue:
    """The files of a directory; what was read of them is kept from one `refresh` to the next."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.unreadable: dict[Path, str] = {}
        self._listing = Listing(directory)
        self._sealed = SealedFiles(directory)
        self._journals: dict[Path, LiveJournal] = {}
        self._generation = -1
        self._superseded: frozenset[str] = frozenset()
        self._table = Table([], self._sealed.layouts)

    @property
    def live(self) -> list[LiveJournal]:
        """The journals that are not sealed."""
        return list(self._journals.values())

    def refresh(self) -> Holdings:
        """Return all files; raises FileVanished when they come and go faster than they can be read."""
        for attempt in range(_MOST_LOOKS):
            try:
                self._refresh()
                break
            except (FileVanished, FileNotFoundError):
                if attempt == _MOST_LOOKS - 1:
                    raise
        identities = self._identities()
        live = [journal for journal in self._journals.values() if journal.journal_id not in identities]
        return Holdings(self._table, [journal.everything() for journal in live])

    def close(self) -> None:
        """Close every file."""
        self._sealed.close()
        while self._journals:
            self._journals.popitem()[1].close()

    def _refresh(self) -> None:
        look = self._listing.look()
        self.unreadable = dict(self._listing.unreadable)
        self._follow_all(look)
        self._sealed.update(self._listing.stamps(look.sealed))
        self.unreadable |= self._sealed.unreadable

    def _follow_all(self, look: Look) -> None:
        found = [self.directory / name for name in look.journals]
        for path in [known for known in self._journals if known not in found]:
            self._journals.pop(path).close()
        for path in found:
            try:
                if path not in self._journals:
                    self._journals[path] = LiveJournal(path)
                self._journals[path].refresh()
            except ArchiveError as error:
                self.unreadable[path] = str(error)

    def _identities(self) -> frozenset[str]:
        if self._generation != self._sealed.generation:
            files = list(self._sealed.files.values())
            superseded = {source for file in files for source in file.supersedes}
            files = [file for file in files if file.journal_id not in superseded]
            self._table = Table(files, self._sealed.layouts)
            self._superseded = frozenset({file.journal_id for file in files} | superseded)
            self._generation = self._sealed.generation
        return self._superseded
