"""Who sends a request, and whether he may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from ocs_sim.auth import presented_key
from ocs_sim.ranch._services import in_thread, services_of

if TYPE_CHECKING:
    from ocs_sim.auth import Identity


async def user_of(request: HTTPConnection) -> Identity:
    """Return the user whose token the request carries. Raises Unauthorized.

    A thread looks at it: seldom, its issuer's keys have to be fetched first.
    """
    header = request.headers.get("authorization")
    return await in_thread(request, lambda: services_of(request).verifier.verify(header))


async def site_caller_of(request: HTTPConnection, site: object) -> str:
    """Return who asks in the name of a site, as the history of a job tells it. Raises Unauthorized."""
    key = presented_key(request.headers)
    return await in_thread(request, lambda: services_of(request).site_keys.check(site, key))
