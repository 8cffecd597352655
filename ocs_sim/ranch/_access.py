"""Who may see and change what of a site."""

from __future__ import annotations

from typing import Any

from starlette.requests import HTTPConnection, Request

from ocs_sim.ranch._auth import site_caller_of, user_of
from ocs_sim.ranch._body import require
from ocs_sim.ranch._errors import Refused


async def site_and_caller(request: Request, body: dict[str, Any]) -> tuple[str, str]:
    """Return the site that a body names, and who acts for it. Raises Refused, Unauthorized."""
    require(body, ("site",))
    site = body["site"]
    if not isinstance(site, str) or not site:
        raise Refused(status=400, text="Error: site must be a text that is not empty")
    return site, await site_caller_of(request, site)


async def check_reader(request: HTTPConnection, site: str) -> None:
    """Let in who has a token, or may act for the site. Raises Unauthorized."""
    if request.headers.get("authorization", "").lower().startswith("bearer"):
        await user_of(request)
    else:
        await site_caller_of(request, site)
