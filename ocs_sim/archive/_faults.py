"""What a disk that fails means, in words for whoever has to do something about it."""

from __future__ import annotations

import errno
from pathlib import Path

from ocs_sim.archive._errors import ArchiveError

_MEANINGS = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EFBIG: "the file may not grow any further: raise the limit on the size of files",
    errno.EIO: "the disk reports errors: check it, it may be failing",
    errno.EROFS: "the file system is read-only: mount it writable",
    errno.EACCES: "writing there is not permitted: change the owner or the mode of the directory",
    errno.EPERM: "writing there is not permitted: change the owner or the mode of the directory",
    errno.ENOENT: "the directory is gone and cannot be made again",
    errno.ENOTDIR: "there is a file where the directory should be: move it away",
    errno.EEXIST: "there is a file where the directory should be: move it away",
    errno.EMFILE: "too many files are open: raise the limit on open files",
    errno.ENODEV: "the disk is gone",
    errno.ESTALE: "the server of the network disk has forgotten the directory: mount it again",
}


def explain(error: BaseException, directory: Path | None) -> str:
    """Return what keeps samples from being written, where, and what to do about it."""
    place = directory or getattr(error, "filename", None)
    where = f" to {place}" if place else ""
    number = error.errno if isinstance(error, OSError) else None
    meaning = _MEANINGS.get(number) if number is not None else None
    if meaning:
        return f"Cannot write{where}: {meaning} ({error})"
    return str(error) if isinstance(error, OSError | ArchiveError) else f"{type(error).__name__}: {error}"
