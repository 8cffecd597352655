"""Merges small sealed files into large ones; nothing is lost or seen twice, when killed at any moment.

The order is what makes it safe: build under a hidden name, read back, fsync, rename, fsync the
directory, and only then remove the sources. Between the last two steps readers leave out the sources,
whose ids the new file lists. Begun again, it removes what was left over and goes on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ocs_sim.archive._errors import ArchiveError, FileVanished, RepackFailed
from ocs_sim.archive._listing import Listing, Look, Stamp
from ocs_sim.archive._paths import SEALED, free_stem, sync_directory
from ocs_sim.archive._repack_build import Builder
from ocs_sim.archive._repack_groups import Group, RepackOptions, groups
from ocs_sim.archive._repack_plan import plan_repack
from ocs_sim.archive._sealed_file import OpenFiles, SealedFile, read_index
from ocs_sim.archive._sealed_files import SealedFiles
from ocs_sim.archive._tidy_lock import tidying
from ocs_sim.clock import Clock, SystemClock

_BUILDING = ".repacking"
_MOST_OPEN = 512


@dataclass(frozen=True, slots=True)
class Repacked:
    """A file that took the place of others, or would; sizes in bytes."""

    path: Path
    sources: tuple[Path, ...]
    size_before: int
    size_after: int | None


@dataclass
class RepackReport:
    """What was done: files made, leftovers of an interrupted run removed, and what went wrong."""

    made: list[Repacked] = field(default_factory=list)
    leftovers: list[Path] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


Tell = Callable[[int, int], object]


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def repack(
    directory: Path,
    options: RepackOptions | None = None,
    *,
    dry_run: bool = False,
    clock: Clock | None = None,
    tell: Tell = _silent,
) -> RepackReport:
    """Merge the small files of `directory`; `tell` gets bytes done and bytes in all.

    It may be recorded into and read meanwhile. What cannot be repacked stays as it is and is among the
    report's `faults`. Raises TidyingInUse, OSError.
    """
    with tidying(directory):
        return _Repacking(directory, options or RepackOptions(), clock or SystemClock()).run(dry_run, tell)


class _Repacking:
    def __init__(self, directory: Path, options: RepackOptions, clock: Clock) -> None:
        self._directory = directory
        self._options = options
        self._clock = clock
        self._listing = Listing(directory)
        self._sealed = SealedFiles(directory)
        self._report = RepackReport()

    def run(self, dry_run: bool, tell: Tell) -> RepackReport:
        try:
            look, stamps = self._look()
            look = self._remove_leftovers(look, dry_run)
            found = groups(look, stamps, self._sealed.files, self._options)
            total, done = sum(group.size_bytes for group in found), 0
            for group in found:
                tell(done, total)
                self._report_of(group, look, stamps, dry_run)
                done += group.size_bytes
            tell(done, total)
        finally:
            self._sealed.close()
        return self._report

    def _look(self) -> tuple[Look, dict[str, Stamp]]:
        while True:
            look = self._listing.look()
            try:
                stamps = self._listing.stamps(look.sealed)
                self._sealed.update(stamps)
            except (FileVanished, FileNotFoundError):
                continue
            return look, stamps

    def _remove_leftovers(self, look: Look, dry_run: bool) -> Look:
        """Finish what a run that was killed began: its sources are superseded, its half file is worthless."""
        replaced = {source for file in self._sealed.files.values() for source in file.supersedes}
        names = [name for name, file in self._sealed.files.items() if file.journal_id in replaced]
        halves = list(self._directory.glob(f"[0-9]*/.*{_BUILDING}"))
        self._report.leftovers = [*halves, *(self._directory / name for name in names)]
        if not dry_run:
            for path in self._report.leftovers:
                path.unlink()
            _sync_and_tidy(self._directory, self._report.leftovers, look)
        return look._replace(sealed=tuple(name for name in look.sealed if name not in names))

    def _report_of(self, group: Group, look: Look, stamps: dict[str, Stamp], dry_run: bool) -> None:
        sources = tuple(self._directory / name for name in group.names)
        path, size_after = self._target(group, look), None
        if not dry_run:
            try:
                self._repack(group, path, max(stamps[name].modified_ns for name in group.names))
                size_after = path.stat().st_size
            except ArchiveError as error:
                self._report.faults.append(str(error))
                return
            _sync_and_tidy(self._directory, sources, look)
        self._report.made.append(Repacked(path, sources, group.size_bytes, size_after))

    def _target(self, group: Group, look: Look) -> Path:
        """Return a free name near the first source's, and before that of the newest file of all."""
        first, newest = (int(Path(name).stem) for name in (group.names[0], look.sealed[-1]))
        stem = free_stem(self._directory, first)
        while int(stem.name) >= newest:
            first -= 1
            stem = free_stem(self._directory, first)
        return stem.with_suffix(SEALED)

    def _repack(self, group: Group, target: Path, modified_ns: int) -> None:
        first = self._directory / group.names[0]
        partial = target.with_name(f".{target.name}{_BUILDING}")
        files = OpenFiles(_MOST_OPEN)
        try:
            _require_room(self._directory, group.size_bytes)
            sources = [self._reopened(name, files) for name in group.names]
            target.parent.mkdir(exist_ok=True)
            self._build(sources, partial)
            # Retention counts from when a file's samples were sealed.
            os.utime(partial, ns=(modified_ns, modified_ns))
            _sync_file(partial)
            partial.rename(target)
            sync_directory(target.parent)
        except (ArchiveError, OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            # h5py reports a full disk as any of these.
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            fault = str(error) if isinstance(error, ArchiveError) else f"{type(error).__name__}: {error}"
            raise RepackFailed(first=first, fault=fault.rstrip(".")) from error
        finally:
            files.close()
        for name in group.names:
            (self._directory / name).unlink(missing_ok=True)

    def _reopened(self, name: str, files: OpenFiles) -> SealedFile:
        known = self._sealed.files[name]
        return SealedFile(known.path, files, known.contents, self._sealed.layouts)

    def _build(self, sources: Sequence[SealedFile], partial: Path) -> None:
        blocks = plan_repack(sources)
        held = sum(int(source.rows["samples"].sum()) for source in sources)
        if (planned := sum(block.samples for block in blocks)) != held:
            raise OSError(f"the sources list {held} samples, and their blocks {planned}")
        facts = {"created": self._clock.time()}
        Builder(partial, blocks, self._options.compression).build(sources, facts)
        # As any reader will see it.
        read_index(partial, self._sealed.layouts)


def _require_room(directory: Path, size_bytes: int) -> None:
    free = shutil.disk_usage(directory).free
    if free < size_bytes * 1.05:
        raise OSError(f"{size_bytes / 1e6:.0f} MB are needed beside them, and {free / 1e6:.0f} MB are free")


def _sync_and_tidy(directory: Path, removed: Sequence[Path], look: Look) -> None:
    """Make removals last, and remove folders that they left empty, but not one that is recorded into."""
    found = [(directory / name).parent for name in (*look.sealed, *look.journals)]
    newest = max(found, default=directory)
    for folder in sorted({path.parent for path in removed}):
        with suppress(FileNotFoundError):
            sync_directory(folder)
        if folder < newest:
            with suppress(OSError):
                folder.rmdir()
    sync_directory(directory)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
