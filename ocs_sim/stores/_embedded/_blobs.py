"""The contents of objects, in files with names of our own: whole or not there at all, whatever dies when."""

from __future__ import annotations

import hashlib
import math
import os
import secrets
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """A content that was written: its file's name, its size and its hash."""

    name: str
    size_bytes: int
    sha256: str


class Blobs:
    """Files in `data/ab/abcd..`, written first to `temporary/`."""

    def __init__(self, directory: Path) -> None:
        self._data = directory / "data"
        self._temporary = directory / "temporary"
        for made in (self._data, self._temporary):
            made.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Return where a content is."""
        return self._data / name[:2] / name

    def write(self, source: BinaryIO) -> Blob:
        """Write a content; when this returns it is on the disk."""
        name = secrets.token_hex(16)
        aside = self._temporary / name
        try:
            with aside.open("xb") as file:
                size_bytes, digest = _copied(source, file)
                file.flush()
                os.fsync(file.fileno())
            final = self.path(name)
            self._make_directory(final.parent)
            aside.rename(final)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        _sync_directory(final.parent)
        return Blob(name, size_bytes, digest)

    def remove(self, name: str) -> None:
        """Remove a content; whoever reads it goes on reading."""
        self.path(name).unlink(missing_ok=True)

    def unknown(self, known: Set[str], older_than_unix: float) -> Iterator[tuple[str, float]]:
        """Yield names of old contents that are not known, and when each was written."""
        for path in self._data.glob("*/*"):
            if path.name not in known and (written := _written_unix(path)) < older_than_unix:
                yield path.name, written

    def sweep_temporary(self, older_than_unix: float) -> int:
        """Remove old files that were never finished; return how many."""
        old = [path for path in self._temporary.iterdir() if _written_unix(path) < older_than_unix]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _make_directory(self, directory: Path) -> None:
        if not directory.exists():
            directory.mkdir(exist_ok=True)
            _sync_directory(self._data)


def _copied(source: BinaryIO, file: BinaryIO) -> tuple[int, str]:
    """Write all of it; return its size and its hash."""
    digest = hashlib.sha256()
    size_bytes = 0
    while chunk := source.read(_CHUNK_BYTES):
        file.write(chunk)
        digest.update(chunk)
        size_bytes += len(chunk)
    return size_bytes, digest.hexdigest()


def _written_unix(path: Path) -> float:
    """Return when a file was written; one that has just been removed is as if it were new."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
