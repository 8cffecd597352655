"""Pages for people: what is where, and a page to try the routes out. Nothing in them is from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import HTMLResponse

# Scripts and styles of these pages are inside them, and talk to this service only.
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
}

pages = APIRouter(include_in_schema=False)


@pages.get("/")
async def front() -> HTMLResponse:
    """Say what is where."""
    return HTMLResponse(_page("front.html"), headers=_SAFE)


@pages.get("/docs")
async def docs() -> HTMLResponse:
    """Show all routes, to be read and tried."""
    return HTMLResponse(_page("docs.html"), headers=_SAFE)


@cache
def _page(name: str) -> str:
    return (files("ocs_sim.ranch") / "pages" / name).read_text("utf-8")
