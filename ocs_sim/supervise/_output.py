"""What children print: files that outlive HostMaster, and that stay small."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TAIL_BYTES = 64 * 1024
_LARGEST_BYTES = 4 * 1024 * 1024


class OutputFile:
    """The output of one child process in `{name}.out`; what was before it is in `{name}.out.1`.

    A file and no pipe: a child that writes must not stall or break when HostMaster is gone.
    """

    def __init__(self, run_dir: Path, name: str) -> None:
        self._path = run_dir / f"{name}.out"
        self._before = run_dir / f"{name}.out.1"

    def open(self) -> int:
        """Begin anew and return a file descriptor to write to, which the caller closes."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._path.replace(self._before)
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)

    def tail(self, lines: int) -> tuple[str, ...]:
        """Return the last lines, without blank ones at the end."""
        text = self._read_tail().decode(errors="replace").rstrip()
        return tuple(text.splitlines()[-lines:])

    def shorten(self) -> None:
        """Keep only the last part of a file that has grown too large; the child writes on at its end."""
        # On a full disk there is another time.
        with suppress(OSError):
            if self._path.stat().st_size > _LARGEST_BYTES:
                self._before.write_bytes(self._read_tail())
                os.truncate(self._path, 0)

    def _read_tail(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL_BYTES))
                return file.read()
        except FileNotFoundError:
            return b""
