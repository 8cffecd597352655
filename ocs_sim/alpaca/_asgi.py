"""The little of ASGI that is used: what comes in, what goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ocs_sim.alpaca._errors import BadRequest

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY_BYTES = 65536
_LONGEST_BODY_SECONDS = 20.0
_JSON = (b"content-type", b"application/json")
_TEXT = (b"content-type", b"text/plain; charset=utf-8")


class ClientGone(Exception):
    """Whoever asked has closed the connection."""


async def send_json(send: Send, body: bytes) -> None:
    """Answer 200 with JSON."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [_JSON, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_text(
    send: Send, status: int, text: str, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Answer with a plain text."""
    body = text.encode(errors="replace")
    start = [_TEXT, (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of this name, which is in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """Return a request's body; raises BadRequest (413, 408) when it is too large or too slow."""
    length = header(scope, b"content-length")
    if length is not None and length.isdigit() and int(length[:12]) > LARGEST_BODY_BYTES:
        raise _too_large()
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    if not message.get("more_body"):
        return _bounded(message.get("body", b""))
    try:
        async with asyncio.timeout(_LONGEST_BODY_SECONDS):
            return await _read_rest(message.get("body", b""), receive)
    except TimeoutError:
        raise BadRequest("The body took too long to come.", 408) from None


async def _read_rest(begun: bytes, receive: Receive) -> bytes:
    body = bytearray(begun)
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        _bounded(body)
        more = message.get("more_body", False)
    return bytes(body)


def _bounded(body: bytes | bytearray) -> bytes:
    if len(body) > LARGEST_BODY_BYTES:
        raise _too_large()
    return bytes(body)


def _too_large() -> BadRequest:
    return BadRequest(f"The body has more than {LARGEST_BODY_BYTES} bytes.", 413)
