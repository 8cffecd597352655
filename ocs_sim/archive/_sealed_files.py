"""The sealed files of a directory, and what is in them, without opening each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ocs_sim.archive._errors import ArchiveError, FileVanished
from ocs_sim.archive._index_file import index_paths, load_index, store_index
from ocs_sim.archive._index_rows import Contents, Layouts
from ocs_sim.archive._listing import Listing, Stamp, stamp_of
from ocs_sim.archive._sealed_file import OpenFiles, SealedFile, read_index

# So many files are opened as soon as their contents are written once more.
_FEWEST_NEWS = 8
_BYTES_PER_NEWS = 150_000


def keep_index(directory: Path) -> None:
    """Write down now and then what new files hold, so that the first reader need not open all of them."""
    listing = Listing(directory)
    names = listing.look().sealed
    if len(names) % _FEWEST_NEWS == 0:
        files = SealedFiles(directory)
        files.update(listing.stamps(names))
        files.close()


class SealedFiles:
    """Remembers what it read of each file; a file that was replaced since is read again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.layouts = Layouts()
        self.unreadable: dict[Path, str] = {}
        self.files: dict[str, SealedFile] = {}
        self.generation = 0
        self._open = OpenFiles()
        self._stamps: dict[str, Stamp] = {}
        self._faults: dict[str, tuple[Stamp, str]] = {}
        self._cache_bytes = 0

    def update(self, stamps: Mapping[str, Stamp]) -> None:
        """Make `files` those that `stamps` names, in that order; raises FileVanished when one has gone."""
        if stamps != self._stamps or list(stamps) != list(self._stamps):
            self._update(stamps)
            self.generation += 1
        self.unreadable = {
            self.directory / name: fault
            for name, (stamp, fault) in self._faults.items()
            if stamps.get(name) == stamp
        }

    def close(self) -> None:
        """Close every file."""
        self._open.close()

    def _update(self, stamps: Mapping[str, Stamp]) -> None:
        kept = {name for name, stamp in stamps.items() if self._stamps.get(name) == stamp}
        for name in self._stamps.keys() - kept:
            self._open.forget(self.directory / name)
        found = {name: self.files[name] for name in kept if name in self.files}
        missing = [name for name in stamps if name not in kept]
        if len(missing) >= _FEWEST_NEWS:
            self._take_cached(missing, stamps, found)
            missing = [name for name in missing if name not in found]
        news = self._read(missing, stamps, found)
        self.files = {name: found[name] for name in stamps if name in found}
        self._stamps = dict(stamps)
        if news >= _FEWEST_NEWS + self._cache_bytes // _BYTES_PER_NEWS:
            self._store()

    def _take_cached(
        self, names: Iterable[str], stamps: Mapping[str, Stamp], found: dict[str, SealedFile]
    ) -> None:
        for path in index_paths(self.directory):
            cached, size = load_index(path, self.layouts)
            self._cache_bytes = max(self._cache_bytes, size)
            for name in names:
                stamp, contents = cached.get(name, (None, None))
                if contents is not None and stamp == stamps[name]:
                    found[name] = self._file(name, contents)
            if all(name in found for name in names):
                return

    def _read(self, names: Iterable[str], stamps: Mapping[str, Stamp], found: dict[str, SealedFile]) -> int:
        news = 0
        for name in names:
            path = self.directory / name
            if self._faults.get(name, (None, ""))[0] == stamps[name]:
                continue
            try:
                contents = read_index(path, self.layouts)
                if stamp_of(path) != stamps[name]:
                    raise FileVanished(path=path)
            except (FileVanished, FileNotFoundError):
                raise FileVanished(path=path) from None
            except ArchiveError as error:
                self._faults[name] = (stamps[name], str(error))
            else:
                found[name] = self._file(name, contents)
                news += 1
        return news

    def _file(self, name: str, contents: Contents) -> SealedFile:
        return SealedFile(f"{self.directory}/{name}", self._open, contents, self.layouts)

    def _store(self) -> None:
        known = {name: (self._stamps[name], file.contents) for name, file in self.files.items()}
        for path in index_paths(self.directory):
            if store_index(path, known, self.layouts):
                return
