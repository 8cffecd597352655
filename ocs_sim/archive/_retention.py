"""Deletes the oldest sealed files; needs neither numpy nor HDF5, so that the recorder can do it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ocs_sim.archive._paths import journals, sealed_files, sync_directory
from ocs_sim.archive._superblock import is_whole
from ocs_sim.archive._tidy_lock import tidying
from ocs_sim.clock import Clock


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """What is kept: what is younger than `older_than_seconds`, and at most `most_bytes` in all.

    A file's age counts from when its samples were sealed. None sets no bound.
    """

    older_than_seconds: float | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Pruned:
    """A sealed file that was deleted, or would be; `reason` is "age" or "size"."""

    path: Path
    size_bytes: int
    sealed_at: float
    reason: str


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What was deleted, or would be in a dry run, and what remains; `faults` tells what went wrong."""

    deleted: tuple[Pruned, ...]
    freed_bytes: int
    kept_files: int
    kept_bytes: int
    faults: tuple[str, ...] = ()


def prune(directory: Path, policy: RetentionPolicy, clock: Clock, *, dry_run: bool = False) -> PruneReport:
    """Delete the sealed files that `policy` does not keep, oldest first, and folders left empty.

    Never journals or what else was not sealed, never what is damaged, never the newest sealed file. An
    archive without recent files loses none by age: a clock that went wrong must not empty it. Raises
    TidyingInUse, OSError.
    """
    if dry_run or not directory.is_dir():
        return _prune(directory, policy, clock.time(), dry_run)
    with tidying(directory):
        return _prune(directory, policy, clock.time(), dry_run)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size_bytes: int
    sealed_at: float
    may_go: bool


def _prune(directory: Path, policy: RetentionPolicy, now: float, dry_run: bool) -> PruneReport:
    files = list(_files(directory))
    chosen = list(_chosen(files, policy, now, _unsealed_bytes(directory)))
    deleted, faults = [], []
    for victim in chosen:
        try:
            if not dry_run:
                victim.path.unlink(missing_ok=True)
            deleted.append(victim)
        except OSError as error:
            faults.append(f"{victim.path} cannot be deleted: {error.strerror}")
    if not dry_run:
        _tidy(directory, deleted, files)
    freed = sum(victim.size_bytes for victim in deleted)
    kept = sum(file.size_bytes for file in files) - freed
    return PruneReport(tuple(deleted), freed, len(files) - len(deleted), kept, tuple(faults))


def _files(directory: Path) -> Iterator[_File]:
    """Yield the sealed files, oldest first."""
    paths = sealed_files(directory)
    unsealed = {path.with_suffix("") for path in journals(directory)}
    for position, path in enumerate(paths):
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        may_go = (
            position < len(paths) - 1
            and path.stem.isdecimal()
            and stat.S_ISREG(found.st_mode)
            and path.with_suffix("") not in unsealed
        )
        begun = float(path.stem) if path.stem.isdecimal() else 0.0
        yield _File(path, found.st_size, max(found.st_mtime, begun), may_go)


def _chosen(files: list[_File], policy: RetentionPolicy, now: float, unsealed_bytes: int) -> Iterator[Pruned]:
    # The newest file bounds what time it may be: see `prune`.
    newest = max((file.sealed_at for file in files), default=now)
    total = unsealed_bytes + sum(file.size_bytes for file in files)
    for file in files:
        reason = ""
        if policy.older_than_seconds is not None:
            reason = "age" if min(now, newest) - file.sealed_at > policy.older_than_seconds else ""
        if policy.most_bytes is not None and total > policy.most_bytes:
            reason = reason or "size"
        # Looked into last: most files are not even old.
        if reason and file.may_go and is_whole(file.path, file.size_bytes):
            total -= file.size_bytes
            yield Pruned(file.path, file.size_bytes, file.sealed_at, reason)


def _unsealed_bytes(directory: Path) -> int:
    total = 0
    for path in journals(directory):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def _tidy(directory: Path, deleted: list[Pruned], files: list[_File]) -> None:
    newest = max((file.path.parent for file in files), default=directory)
    for folder in {victim.path.parent for victim in deleted}:
        with suppress(OSError):
            sync_directory(folder)
        # What is recorded into a folder may be about to appear in the newest one.
        if folder < newest:
            with suppress(OSError):
                folder.rmdir()
    if deleted:
        with suppress(OSError):
            sync_directory(directory)
