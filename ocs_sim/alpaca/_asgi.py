"""The little of ASGI that is used: what comes in, what goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ocs_sim.alpaca._errors import BadRequest, MethodNotAllowed
from ocs_sim.alpaca._transport import HeldTransport

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]
Handler = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY_BYTES = 65536
_LONGEST_BODY_SECONDS = 20.0
_JSON = (b"content-type", b"application/json")
_TEXT = b"text/plain; charset=utf-8"
# What is read and forgotten beyond that: a client that still sends does not read why it is refused.
_PATIENCE_BYTES = 2**20


class ClientGone(Exception):
    """Whoever asked has closed the connection."""


async def send_json(send: Send, body: bytes, transport: HeldTransport | None = None) -> None:
    """Answer 200 with JSON, in one piece where the transport is given."""
    if transport is not None:
        transport.hold()
    try:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [_JSON, (b"content-length", b"%d" % len(body))],
            }
        )
        await send({"type": "http.response.body", "body": body})
    finally:
        if transport is not None:
            transport.release()


async def send_text(send: Send, status: int, text: str, headers: Headers = ()) -> None:
    """Answer with a plain text."""
    await send_body(send, status, _TEXT, text.encode(errors="replace"), headers)


async def send_body(send: Send, status: int, kind: bytes, body: bytes, headers: Headers = ()) -> None:
    """Answer with a body of some content type."""
    start = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def require_method(scope: Scope, *methods: str) -> None:
    """Raise BadRequest (405) unless a request has one of these methods."""
    if scope["method"] not in methods:
        raise MethodNotAllowed(path=scope["path"], allowed=", ".join(methods))


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of this name, which is in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


async def read_body(receive: Receive) -> bytes:
    """Return a request's body; raises BadRequest (413, 408) when it is too large or too slow."""
    message = await _next(receive)
    if not message.get("more_body"):
        return _bounded(message.get("body", b""))
    try:
        async with asyncio.timeout(_LONGEST_BODY_SECONDS):
            return _bounded(await _read_rest(message.get("body", b""), receive))
    except TimeoutError:
        raise BadRequest("The body took too long to come.", 408) from None


async def _next(receive: Receive) -> MutableMapping[str, Any]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


async def _read_rest(begun: bytes, receive: Receive) -> bytes:
    body = bytearray(begun)
    size = len(begun)
    more = True
    while more and size < _PATIENCE_BYTES:
        message = await _next(receive)
        piece = message.get("body", b"")
        size += len(piece)
        if len(body) <= LARGEST_BODY_BYTES:
            body += piece
        more = message.get("more_body", False)
    return bytes(body)


def _bounded(body: bytes) -> bytes:
    if len(body) > LARGEST_BODY_BYTES:
        raise BadRequest(f"The body has more than {LARGEST_BODY_BYTES} bytes.", 413)
    return body
