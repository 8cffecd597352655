"""Who takes jobs of a site, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.ranch._answers import pretty_in_thread

_LOCKS = 64
# A web server's word for a client that closed the connection; nobody gets it.
_GONE = 499


class Turns:
    """Locks by site and by way of taking; a few stand for all, as anybody may ask for any site's name.

    Who waits for his turn waits here: in the threads, a few readers of one site with a long backlog would
    leave none for anybody else, not even for who stops a telescope.
    """

    def __init__(self) -> None:
        self._locks = tuple(asyncio.Lock() for _ in range(_LOCKS))

    def of(self, site: str, way: str) -> asyncio.Lock:
        """Return the lock of those who take jobs of this site in this way."""
        return self._locks[hash((site, way)) % _LOCKS]


def turns_of(request: Request) -> Turns:
    """Return the turns of the application that serves a request."""
    return cast("Turns", request.app.state.turns)


async def pretty_in_turn(request: Request, site: str, way: str, make: Callable[[], Any]) -> Response:
    """Let a thread make an answer, as JSON, when nobody else takes jobs of the site in this way.

    For who has gone meanwhile, nothing is made: a reader who was patient no longer would lose what it took.
    """
    async with turns_of(request).of(site, way):
        if await request.is_disconnected():
            return Response(status_code=_GONE)
        return await pretty_in_thread(request, make)
