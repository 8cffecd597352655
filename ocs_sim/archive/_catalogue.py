"""Which files an archive has at this moment: each sample in exactly one of them."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.archive._errors import ArchiveError
from ocs_sim.archive._live_journal import LiveJournal
from ocs_sim.archive._paths import journals, sealed_files
from ocs_sim.archive._sealed_file import OpenFiles, SealedFile
from ocs_sim.archive._segments import Segment


class Catalogue:
    """The files of a directory; what was read of them is kept from one `refresh` to the next."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.unreadable: dict[Path, str] = {}
        self._files = OpenFiles()
        self._sealed: dict[Path, SealedFile] = {}
        self._journals: dict[Path, LiveJournal] = {}

    @property
    def live(self) -> list[LiveJournal]:
        """The journals that are not sealed."""
        return list(self._journals.values())

    def refresh(self) -> list[Segment]:
        """Return all files, oldest name first."""
        self.unreadable.clear()
        # Journals first: one that is sealed after this look is found by the next line as a sealed file.
        found = journals(self.directory)
        vanished = [path for path in found if not self._follow(path)]
        self._read_sealed()
        identities = {file.journal_id for file in self._sealed.values()}
        for path in [known for known in self._journals if known not in found or known in vanished]:
            self._journals.pop(path).close()
        live = [journal for journal in self._journals.values() if journal.journal_id not in identities]
        return [*self._sealed.values(), *(journal.everything() for journal in live)]

    def close(self) -> None:
        """Close every file."""
        self._files.close()
        while self._journals:
            self._journals.popitem()[1].close()

    def _follow(self, path: Path) -> bool:
        try:
            if path not in self._journals:
                self._journals[path] = LiveJournal(path)
            self._journals[path].refresh()
        except FileNotFoundError:
            return False
        except ArchiveError as error:
            self.unreadable[path] = str(error)
        return True

    def _read_sealed(self) -> None:
        paths = sealed_files(self.directory)
        sealed = {}
        for path in paths:
            try:
                sealed[path] = self._sealed.get(path) or SealedFile(path, self._files)
            except ArchiveError as error:
                self.unreadable[path] = str(error)
        self._sealed = sealed
