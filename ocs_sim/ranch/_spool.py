"""What is uploaded, until all of it is there: in memory while it is small, else in a temporary file."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast

from starlette.requests import Request

from ocs_sim.ranch._errors import BodyTooLarge
from ocs_sim.ranch._services import in_thread

_IN_MEMORY_BYTES = 1024 * 1024


class Spool:
    """Takes bytes from a request, up to `limit_bytes`; close it when done."""

    def __init__(self, request: Request, limit_bytes: int) -> None:
        self._request = request
        self._limit_bytes = limit_bytes
        self._waiting = bytearray()
        self._size_bytes = 0
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - `close` does

    def limit(self, limit_bytes: int | None) -> None:
        """Take no more than so many bytes, if that is fewer than before."""
        if limit_bytes is not None:
            self._limit_bytes = min(self._limit_bytes, limit_bytes)

    async def write(self, data: bytes) -> None:
        """Add bytes. Raises BodyTooLarge as soon as they are too many."""
        self._size_bytes += len(data)
        if self._size_bytes > self._limit_bytes:
            raise BodyTooLarge(limit_bytes=self._limit_bytes)
        self._waiting += data
        if len(self._waiting) > _IN_MEMORY_BYTES:
            await self._flush()

    async def file(self) -> BinaryIO:
        """Return all that was written, to be read from its begin."""
        await self._flush()
        self._file.seek(0)
        return cast("BinaryIO", self._file)

    def close(self) -> None:
        """Forget what was written."""
        self._file.close()

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        if waiting:
            await in_thread(self._request, lambda: self._file.write(waiting))
