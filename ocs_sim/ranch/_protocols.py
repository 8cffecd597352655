"""uvicorn's protocols, where they trust those who connect too much."""

from __future__ import annotations

import asyncio
import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_LARGEST_HEAD_BYTES = 65536
_END_OF_HEAD = b"\r\n\r\n"
_OTHER_UPGRADE = re.compile(rb"\r\nupgrade:(?!\s*websocket)", re.IGNORECASE)


class HttpProtocol(HttpToolsProtocol):
    """HTTP with heads of up to 64 KiB, in which HTTP/2 is not taken up."""

    _head_bytes = 0
    _is_in_body = False

    def on_headers_complete(self) -> None:
        """Know that what comes is a body."""
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Know that what comes is a head."""
        self._is_in_body, self._head_bytes = False, 0
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if not self._is_in_body:
            head, end, rest = data.partition(_END_OF_HEAD)
            self._head_bytes += len(head)
            if self._head_bytes > _LARGEST_HEAD_BYTES:
                self.send_400_response("The request's headers are too large.")
                return
            # Some clients (Java's) offer HTTP/2 with every first request, which may be left unheeded (RFC
            # 9110, 7.8); the parser, though, would take the body of such a POST for another protocol's.
            data = _OTHER_UPGRADE.sub(b"\r\nIgnored:", head) + end + rest
        super().data_received(data)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Websockets which end when nobody serves them any more."""

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Drop the connection of who reads nothing: he would keep it, and what waits for him, for ever."""
        super().on_task_complete(task)
        if not self.writable.is_set():
            self.transport.abort()
