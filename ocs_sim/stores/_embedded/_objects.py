"""Objects in files, with an index in SQLite."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from ocs_sim.clock import Clock
from ocs_sim.stores import _limits
from ocs_sim.stores._embedded._blobs import Blobs
from ocs_sim.stores._embedded._database import Database
from ocs_sim.stores._embedded._faults import explained
from ocs_sim.stores._embedded._object_index import OBJECTS, Entry, ObjectIndex, walk
from ocs_sim.stores._embedded._signing import FormTerms, LinkTerms, Signer, kept_secret
from ocs_sim.stores._errors import NoSuchObject, ObjectExists, StoreBusy, StoreError, StoreFull
from ocs_sim.stores._object_port import ObjectInfo, UploadForm

ORPHAN_SECONDS = 3600
MOST_ORPHANS = 100
_TRIES = 20
# Files' times are coarser than the clock's.
_SLACK_SECONDS = 1.0

_log = logging.getLogger(__name__)


class FileObjects:
    """Objects in a directory; one that was put is on the disk, and named, when the call returns."""

    def __init__(
        self, directory: Path, link_base: str, clock: Clock, *, orphan_seconds: float = ORPHAN_SECONDS
    ) -> None:
        """Open or make them, and remove what a dead writer left and nobody has touched so long.

        `link_base` is the URL at which our HTTP server answers links and forms.
        """
        self._directory = directory / "objects"
        self._clock = clock
        with explained(self._directory):
            self._blobs = Blobs(self._directory)
        self._signer = Signer(kept_secret(directory / "link-secret"), link_base, clock)
        self._index = ObjectIndex(Database(directory / "objects.sqlite", OBJECTS))
        try:
            with explained(self._directory):
                self.swept = self._sweep(clock.time() - orphan_seconds)
        except BaseException:
            self._index.close()
            raise

    def put(
        self,
        key: str,
        data: bytes | Path | BinaryIO,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        absent: bool = False,
    ) -> ObjectInfo:
        """Write an object; with `absent`, raise ObjectExists when there is one."""
        _limits.check_object_key(key)
        _limits.check_content_type(content_type)
        told = _limits.check_metadata(metadata)
        if absent and self._index.find(key) is not None:
            raise ObjectExists(key=key)
        with _source(data) as source, explained(self._directory):
            blob = self._blobs.write(source)
        info = ObjectInfo(key, blob.size_bytes, blob.sha256, content_type, self._clock.time(), told)
        try:
            before = self._index.enter(Entry(info, blob.name), absent=absent)
        except (ObjectExists, StoreFull, StoreBusy):
            self._blobs.remove(blob.name)
            raise
        if before is not None:
            self._blobs.remove(before)
        return info

    def get(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return an object, or its bytes `start` to before `end`. Raises NoSuchObject."""
        _limits.check_range(start, end)
        with self.open(key) as file:
            file.seek(start or 0)
            return file.read(-1 if end is None else end - (start or 0))

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Read an object bit by bit, as it is now whoever replaces it. Raises NoSuchObject."""
        _limits.check_object_key(key)
        with self._opened(key) as file:
            yield file

    def head(self, key: str) -> ObjectInfo | None:
        """Return what is known of an object, or None."""
        _limits.check_object_key(key)
        entry = self._index.find(key)
        return None if entry is None else entry.info

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[ObjectInfo]:
        """Yield objects in the order of their keys."""
        _limits.check_object_prefix(prefix)
        _limits.check_object_prefix(after or "")
        return walk(self._index, prefix, after)

    def delete(self, key: str) -> None:
        """Remove an object, if it is there."""
        _limits.check_object_key(key)
        blob = self._index.remove(key)
        if blob is not None:
            self._blobs.remove(blob)

    def link(self, key: str, *, expires_seconds: int = 3600, filename: str | None = None) -> str:
        """Return a URL at which anybody can GET the object until it expires (up to 7 days)."""
        _limits.check_object_key(key)
        _limits.check_expiry(expires_seconds)
        return self._signer.link("GET", key, expires_seconds, filename=filename)

    def upload_link(self, key: str, *, expires_seconds: int = 3600, content_type: str | None = None) -> str:
        """Return a URL to which anybody can PUT the object until it expires."""
        _limits.check_object_key(key)
        _limits.check_expiry(expires_seconds)
        return self._signer.link("PUT", key, expires_seconds, content_type=content_type)

    def upload_form(
        self,
        key: str,
        *,
        expires_seconds: int = 300,
        max_bytes: int | None = None,
        content_type: str | None = None,
    ) -> UploadForm:
        """Return a form by which anybody can POST the object until it expires; the answer is 204."""
        _limits.check_object_key(key)
        _limits.check_expiry(expires_seconds)
        _limits.check_max_bytes(max_bytes)
        return self._signer.form(FormTerms(key, max_bytes, content_type), expires_seconds)

    def check_link(self, method: str, key: str, query: Mapping[str, str]) -> LinkTerms:
        """Return what a link says that came back to us. Raises LinkRefused."""
        return self._signer.check_link(method, key, query)

    def check_form(self, fields: Mapping[str, str]) -> FormTerms:
        """Return what a form allows that came back to us, without its file. Raises LinkRefused."""
        return self._signer.check_form(fields)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def _opened(self, key: str) -> BinaryIO:
        # Who replaces an object removes its content, perhaps between our look and our opening.
        for _ in range(_TRIES):
            entry = self._index.find(key)
            if entry is None:
                raise NoSuchObject(key=key)
            with contextlib.suppress(FileNotFoundError):
                return self._blobs.path(entry.blob).open("rb")
        raise StoreError(fault=f"the content of the object {key!r} is not in {self._directory}")

    def _sweep(self, before_unix: float) -> int:
        """Remove what was never finished or is no object's; return how many files."""
        removed = self._blobs.sweep_temporary(before_unix)
        unknown = list(self._blobs.unknown(self._index.blobs(), before_unix))
        # What was there before its index, or so much, are no leavings of the dead: an index was lost, or an
        # old one put back. Somebody may want to look through it.
        made_unix = self._index.made_unix() - _SLACK_SECONDS
        if len(unknown) > MOST_ORPHANS or any(written < made_unix for _, written in unknown):
            said = "%d files below %s are no object's, as if objects.sqlite were not theirs: they are kept"
            _log.warning(said, len(unknown), self._directory)
            return removed
        for name, _ in unknown:
            # Perhaps it has been named since we looked.
            if not self._index.knows(name):
                self._blobs.remove(name)
                removed += 1
        return removed


def _source(data: bytes | Path | BinaryIO) -> contextlib.AbstractContextManager[BinaryIO]:
    """Return what to read; a file which the caller opened is the caller's to close."""
    if isinstance(data, Path):
        return data.open("rb")
    if isinstance(data, bytes | bytearray | memoryview):
        return io.BytesIO(data)
    return contextlib.nullcontext(data)
