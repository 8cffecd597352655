"""One joined WAMP session, as the connection's state machine sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, Protocol

from ocs_sim.bus._endpoints import Endpoint

Match = Literal["exact", "prefix", "wildcard"]
Handler = Callable[..., Any]


class Link(Protocol):
    """A session that was joined; it never comes back once `lost` has a result."""

    @property
    def lost(self) -> asyncio.Future[str]:
        """Done, with the reason, when the session or its transport has ended."""
        ...

    def call(self, uri: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> asyncio.Future[Any]:
        """Send a call; cancelling the future cancels the call."""
        ...

    def publish(self, topic: str, args: tuple[Any, ...]) -> None:
        """Send a publication that nobody acknowledges."""
        ...

    def publish_packed(self, topic: str, packed: bytes) -> None:
        """Send a publication whose one positional argument is given as msgpack."""
        ...

    @property
    def backlog_bytes(self) -> int:
        """How much was sent that the operating system has not taken yet."""
        ...

    def register(self, uri: str, handler: Handler) -> asyncio.Future[Any]:
        """Offer a procedure."""
        ...

    def subscribe(self, topic: str, handler: Handler, match: Match) -> asyncio.Future[Any]:
        """Listen to a topic; the handler gets the topic first. The result is for `unsubscribe`."""
        ...

    def subscribe_packed(self, topic: str, handler: Handler, match: Match) -> asyncio.Future[Any]:
        """Listen to a topic; the handler gets the topic and the one positional argument as msgpack."""
        ...

    def unsubscribe(self, token: Any) -> asyncio.Future[Any]:
        """Stop listening."""
        ...

    async def close(self) -> None:
        """Say goodbye and end the transport, leaving nothing behind."""
        ...


class Connector(Protocol):
    """Opens links."""

    async def __call__(self, endpoint: Endpoint, realm: str) -> Link:
        """Return a joined session; raise RouterUnreachable, and leave nothing behind, when there is none."""
        ...
