"""Sending a file bit by bit."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ocs_sim.ranch._services import in_thread
from ocs_sim.stores import NoSuchObject, ObjectInfo, ObjectStore

_CHUNK_BYTES = 256 * 1024
_MOST_LOOKS = 5


class OpenFile:
    """A file of a store with what is known of it."""

    def __init__(self, info: ObjectInfo, file: BinaryIO, stack: ExitStack) -> None:
        self.info = info
        self._file = file
        self._stack = stack

    def read(self, start: int, end: int) -> bytes:
        """Return bytes from `start`, not beyond `end`, and not all of them at once."""
        self._file.seek(start)
        return self._file.read(min(_CHUNK_BYTES, end - start))

    def close(self) -> None:
        """Let the file go."""
        self._stack.close()


def open_file(store: ObjectStore, key: str) -> OpenFile:
    """Open a file as it is at one moment, though it be replaced meanwhile. Raises NoSuchObject."""
    for _ in range(_MOST_LOOKS):
        with ExitStack() as stack:
            file = stack.enter_context(store.open(key))
            info = store.head(key)
            if info is not None and file.seek(0, os.SEEK_END) == info.size_bytes:
                return OpenFile(info, file, stack.pop_all())
    raise NoSuchObject(key=key)


class FileAnswer(StreamingResponse):
    """The bytes `start` to before `end` of a file, which is closed afterwards, however it ends."""

    def __init__(
        self, request: Request, file: OpenFile, start: int, end: int, headers: Mapping[str, str], status: int
    ) -> None:
        super().__init__(self._pieces(start, end), status, {**headers, "Content-Length": str(end - start)})
        self._request = request
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()

    async def _pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        while start < end and self._request.method != "HEAD":
            at = start
            piece = await in_thread(self._request, lambda: self._file.read(at, end))  # noqa: B023 - read at once
            if not piece:
                return
            start += len(piece)
            yield piece
