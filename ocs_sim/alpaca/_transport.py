"""A transport that sends the head and the body of an answer as one piece.

uvicorn writes them one after the other, and each write of a transport that has nothing to do is a system
call, the most expensive part of a small answer.
"""

from __future__ import annotations

import asyncio
from typing import Any


class HeldTransport:
    """Another transport that can hold back what is written to it; all else is that transport's."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held: list[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def hold(self) -> None:
        """Keep what is written from now on."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Write what was kept."""
        held, self._held = self._held, None
        if held:
            self._transport.write(b"".join(held))

    def write(self, data: bytes) -> None:
        """Write, now or later."""
        if self._held is None:
            self._transport.write(data)
        else:
            self._held.append(data)

    def close(self) -> None:
        """Write what was kept, and close."""
        self.release()
        self._transport.close()
