"""What API Gateway does around the services: tidy paths, CORS, and an answer to everything."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.routing import Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocs_sim.ranch._answers import message

_log = logging.getLogger(__name__)
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_SLASHES = re.compile("//+")
# Keys of objects are taken as they are.
_AS_THEY_ARE = "/objects/"
_ALWAYS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-credentials", b"true"),
]
_ALLOWED_HEADERS = (
    b"Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent,X-Site-Key,Range"
)
_EXPOSED_HEADERS = b"Content-Disposition,Content-Range,ETag"


class Gateway:
    """ASGI middleware outside all others."""

    def __init__(self, app: ASGIApp, router: Router) -> None:
        """`router` knows which methods a path has."""
        self._app = app
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or websocket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        scope = {**scope, "path": tidy(scope["path"])}
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, receive, _WithCors(send))

    async def _http(self, scope: Scope, receive: Receive, send: _WithCors) -> None:
        if scope["method"] == "OPTIONS" and (methods := self._methods(scope)):
            answer = message(200, "")
            answer.headers["Access-Control-Allow-Methods"] = ",".join(sorted({*methods, "OPTIONS"}))
            answer.raw_headers.append((b"access-control-allow-headers", _ALLOWED_HEADERS))
            answer.raw_headers.append((b"access-control-max-age", b"600"))
            await answer(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            _log.debug("%s %s: who sent it went away", scope["method"], shown_path(scope))
        except Exception:
            # Whatever it is, a client gets an answer that it can read, and the log says what it was.
            _log.exception("%s %s failed", scope["method"], shown_path(scope))
            if send.has_begun:
                raise
            await message(500, "Internal server error")(scope, receive, send)

    def _methods(self, scope: Scope) -> set[str]:
        return {each for each in _METHODS if self._is_served({**scope, "method": each})}

    def _is_served(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in self._router.routes)


class _WithCors:
    """Sends an answer with the headers that let a page of another origin read it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def __call__(self, event: Message) -> None:
        if event["type"] == "http.response.start":
            self.has_begun = True
            more = [*_ALWAYS, (b"access-control-expose-headers", _EXPOSED_HEADERS)]
            event = {**event, "headers": [*event.get("headers", ()), *more]}
        await self._send(event)


def shown_path(scope: Mapping[str, Any]) -> str:
    """Return a path for the log: whoever sends it must not write lines, or on a terminal, of his own."""
    return str(scope["path"]).encode("unicode_escape").decode()


def tidy(path: str) -> str:
    """Return a path without double and trailing slashes, which the site software is generous with."""
    single = _SLASHES.sub("/", path)
    if single.startswith(_AS_THEY_ARE) and single != _AS_THEY_ARE:
        return path if path.startswith(_AS_THEY_ARE) else single
    return single.rstrip("/") or "/"
