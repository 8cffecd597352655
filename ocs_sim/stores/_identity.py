"""Whether a file in use is still the one that is found under its name."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.stores._errors import StoreGone


class FileIdentity:
    """Which file a path named when this was made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _identity(path)

    def check(self) -> None:
        """Raise StoreGone if the file has been removed, or another one is there."""
        if _identity(self._path) != self._file:
            raise StoreGone(path=self._path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
