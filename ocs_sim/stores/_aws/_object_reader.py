"""An object's bytes as they come."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.response import StreamingBody


class ObjectReader(io.RawIOBase):
    """The body of an answer of S3 as a file, whose faults are the store's."""

    def __init__(self, body: StreamingBody, speaking: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__()
        self._body = body
        self._speaking = speaking

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read as much as comes, up to the buffer's length."""
        with self._speaking():
            got = self._body.read(len(buffer))
        buffer[: len(got)] = got
        return len(got)

    def close(self) -> None:
        """Let go of the connection."""
        self._body.close()
        super().close()
