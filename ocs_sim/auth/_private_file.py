"""Files that only this user may read: secrets and the like, made once, whoever comes first."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from ocs_sim.auth._errors import SecretExposed


def write_private(path: Path, content: bytes, *, absent: bool = False) -> bool:
    """Write a whole file with mode 0600; with `absent`, return False when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        _write(hidden, content)
        if absent:
            # Unlike a rename, a link never takes the place of what another process has just made.
            os.link(hidden, path)
        else:
            hidden.replace(path)
        _synchronise(path.parent)
    except FileExistsError:
        return False
    finally:
        hidden.unlink(missing_ok=True)
    return True


def read_private(path: Path) -> bytes | None:
    """Return what a file holds, or None without one. Raises SecretExposed when others may read it."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise SecretExposed(path=path)
            return file.read()
    except FileNotFoundError:
        return None


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what a file holds; make it when there is none, once among all processes."""
    while True:
        content = read_private(path)
        if content is not None:
            return content
        write_private(path, make(), absent=True)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with contextlib.closing(os.fdopen(descriptor, "wb")) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _synchronise(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
